import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { remoteWrite } from "../../../start/checks/remote-write.ts";
import { readSettings, type Settings } from "../../../start/settings/index.ts";
import { fakeDocker } from "../../fixtures/hosts/fake-docker.ts";
import { createFixtureHost } from "../../fixtures/hosts/fixture-host.ts";

const found = (settings: Settings) =>
  remoteWrite.run({ host: createFixtureHost("healthy"), settings, docker: fakeDocker() });

/** A storage that gives one status; a container's settings would never name it, since it is at loopback. */
async function storage(t: TestContext, status: number) {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    response.writeHead(status, status < 400 && status >= 300 ? { location: "/" } : {}).end();
  }).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { asked, origin, settings: { ...readSettings(""), REMOTE_WRITE_URL: `${origin}/write` } };
}

test("no storage is nothing to check, nor is one that only containers can name", async () => {
  assert.deepEqual(await found(readSettings("")), { status: "ok", detail: "off (REMOTE_WRITE_URL is empty)" });
  const inside = readSettings("REMOTE_WRITE_URL=http://host.docker.internal:8428/api/v1/write");
  assert.deepEqual(await found(inside), {
    status: "ok",
    detail: "http://host.docker.internal:8428, not asked: only containers know this name",
  });
});

test("a storage is asked with the credentials, which no finding tells", async (t) => {
  const { asked, origin, settings } = await storage(t, 204);
  const basic = { REMOTE_WRITE_USER: "alice", REMOTE_WRITE_PASSWORD: "hidden" };
  const results = [
    await found(settings),
    await found({ ...settings, ...basic }),
    await found({ ...settings, REMOTE_WRITE_BEARER_TOKEN: "hidden" }),
  ];
  assert.deepEqual(
    new Set(results.map(({ status, detail }) => `${status} ${detail}`)),
    new Set([`ok ${origin} answers`]),
  );
  assert.deepEqual(
    asked.map(({ headers }) => headers.authorization),
    [undefined, `Basic ${Buffer.from("alice:hidden").toString("base64")}`, "Bearer hidden"],
  );
});

for (const [status, said] of [
  [401, /refuses these credentials \(401\)/],
  [403, /refuses these credentials \(403\)/],
  [404, /answers 404/],
  [302, /answers 302/],
  [400, /answers 400/],
] as const) {
  test(`an answer ${status} is told, and no fault`, async (t) => {
    const { settings } = await storage(t, status);
    const finding = await found({ ...settings, REMOTE_WRITE_BEARER_TOKEN: "hidden" });
    assert.equal(finding.status, "warning");
    assert.match(finding.detail, said);
    assert.doesNotMatch(JSON.stringify(finding), /hidden/);
  });
}

test("a storage that is away is told with the reason, and no fault", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  const finding = await found({ ...readSettings(""), REMOTE_WRITE_URL: `http://127.0.0.1:${port}/write` });
  assert.ok(finding.status === "warning" && /ECONNREFUSED/.test(finding.why), JSON.stringify(finding));
});
