import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";
import { store } from "../../../start/checks/store.ts";
import { readSettings } from "../../../start/settings/index.ts";
import { fakeDocker } from "../../fixtures/hosts/fake-docker.ts";
import { createFixtureHost } from "../../fixtures/hosts/fixture-host.ts";

/** A container's settings would never name the database of these tests, since it is at loopback. */
const found = (address: string) => {
  const settings = { ...readSettings(""), FLOW_STORE: address };
  return store.run({ host: createFixtureHost("healthy"), settings, docker: fakeDocker() });
};

test("no store is nothing to check, nor is a file of the exporter's, or a database that only containers can name", async () => {
  const details = ["", "/state/flows.db", "postgres://u:hidden@host.docker.internal/flows"].map(found);
  assert.deepEqual(
    (await Promise.all(details)).map(({ status, detail }) => `${status} ${detail}`),
    [
      "ok off (FLOW_STORE is empty)",
      "ok /state/flows.db, in the exporter's volume",
      "ok host.docker.internal:5432, not asked: only containers know this name",
    ],
  );
});

test("a database that is listened for is reached, and one that is not is a warning with the reason, without its password", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const place = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const address = `postgres://u:hidden@${place}/flows`;
  const reached = await found(address);
  assert.deepEqual(reached, {
    status: "ok",
    detail: `${place} is reached; npm run status says whether it takes flows`,
  });
  server.close();
  await once(server, "close");
  const away = await found(address);
  assert.equal(`${away.status} ${away.detail}`, `warning ${place} cannot be reached`);
  assert.match(JSON.stringify(away), /ECONNREFUSED/);
  assert.doesNotMatch(JSON.stringify(away), /hidden/);
});

test("an address of IPv6 is asked without its brackets", async () => {
  const { status, detail } = await found("postgres://u@[::1]:1/flows");
  assert.deepEqual([status, detail], ["warning", "[::1]:1 cannot be reached"]);
});
