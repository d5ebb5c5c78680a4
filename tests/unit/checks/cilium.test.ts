import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";
import { agentsAt } from "../../../start/checks/cilium.ts";
import { readSettings } from "../../../start/settings/index.ts";
import { fakeDocker } from "../../fixtures/hosts/fake-docker.ts";
import { createFixtureHost } from "../../fixtures/hosts/fixture-host.ts";

/** Settings would never name nodes of these tests, which are at loopback. */
const found = (nodes: string, port: number) => {
  const settings = { ...readSettings(""), CILIUM_NODES: nodes };
  return agentsAt(port).run({ host: createFixtureHost("healthy"), settings, docker: fakeDocker() });
};

test("no nodes are nothing to check, nor is this machine by the name that only containers know", async () => {
  assert.deepEqual(await found("", 1), { status: "ok", detail: "off (CILIUM_NODES is empty)" });
  assert.deepEqual(await found("host.docker.internal", 1), {
    status: "ok",
    detail: "agents listen on 0 of 0; host.docker.internal not asked: only containers know this name",
  });
});

test("nodes whose agent listens are counted, and each other one is told with the reason, as no fault", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  assert.deepEqual(await found("127.0.0.1", port), { status: "ok", detail: "agents listen on 1 of 1" });
  const finding = await found("127.0.0.1,::1,nodes.invalid", port);
  server.close();
  await once(server, "close");
  assert.equal(`${finding.status} ${finding.detail}`, "warning agents listen on 1 of 3");
  assert.match(JSON.stringify(finding), /::1: connect E\w+.*; nodes\.invalid: getaddrinfo (ENOTFOUND|EAI_AGAIN)/);
});
