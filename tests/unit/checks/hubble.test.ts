import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { hubble } from "../../../start/checks/hubble.ts";
import { readSettings, type Settings } from "../../../start/settings/index.ts";
import { fakeDocker } from "../../fixtures/hosts/fake-docker.ts";
import { createFixtureHost } from "../../fixtures/hosts/fixture-host.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "hubble-check-"));
  await writeFile(path.join(folder, "server.crt"), "");
  await writeFile(path.join(folder, "server.key"), "");
  await mkdir(path.join(folder, "folder"));
});
after(() => rm(folder, { recursive: true }));

const found = (changes: Partial<Settings>) => {
  const host = { ...createFixtureHost("healthy"), resolve: (file: string) => path.join(folder, file) };
  return hubble.run({ host, settings: { ...readSettings(""), ...changes }, docker: fakeDocker() });
};

test("says where Hubble's clients are answered, and warns of an address of others without TLS", async () => {
  const places = ["off", "127.0.0.1:4245", "[::1]:4245", "0.0.0.0:4245", "[::]:4245", "192.0.2.1:4245"];
  const findings = await Promise.all(places.map((place) => found({ HUBBLE_LISTEN: place })));
  assert.deepEqual(
    findings.map(({ status, detail }) => `${status} ${detail}`),
    [
      "ok off (HUBBLE_LISTEN is off)",
      "ok 127.0.0.1:4245 answers whoever asks, without TLS",
      "ok [::1]:4245 answers whoever asks, without TLS",
      "warning 0.0.0.0:4245 answers whoever asks, without TLS",
      "warning [::]:4245 answers whoever asks, without TLS",
      "warning 192.0.2.1:4245 answers whoever asks, without TLS",
    ],
  );
});

test("takes certificates that are there, at any address", async () => {
  const files = { HUBBLE_TLS_CERT_FILE: "/server.crt", HUBBLE_TLS_KEY_FILE: "/server.key" };
  const listening = { HUBBLE_LISTEN: "0.0.0.0:4245", ...files };
  const findings = await Promise.all([
    found(listening),
    found({ ...listening, HUBBLE_TLS_CLIENT_CA_FILE: "/server.crt" }),
  ]);
  assert.deepEqual(
    findings.map(({ status, detail }) => `${status} ${detail}`),
    ["ok 0.0.0.0:4245 answers whoever asks, over TLS", "ok 0.0.0.0:4245 answers who has a certificate, over TLS"],
  );
});

for (const [key, why] of [
  ["/none.key", "there is no file /none.key"],
  ["/server.crt/none.key", "there is no file /server.crt/none.key"],
  ["/folder", "/folder is a folder"],
] as const) {
  test(`refuses ${key} before the engine mounts it`, async () => {
    const finding = await found({ HUBBLE_TLS_CERT_FILE: "/server.crt", HUBBLE_TLS_KEY_FILE: key });
    assert.ok(finding.status === "failed");
    assert.deepEqual([finding.code, finding.why], ["HUBBLE_FILE_MISSING", why]);
    assert.match(finding.fix, /readable by user 60906, or correct HUBBLE_TLS_KEY_FILE/);
  });
}

test("does not look for certificates where nothing is served", async () => {
  const files = { HUBBLE_TLS_CERT_FILE: "/none.crt", HUBBLE_TLS_KEY_FILE: "/none.key" };
  assert.equal((await found({ HUBBLE_LISTEN: "off", ...files })).status, "ok");
});
