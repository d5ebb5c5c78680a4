import assert from "node:assert/strict";
import { test } from "node:test";
import { readSettings } from "../../../exporters/flow-exporter/settings.ts";

const serveOf = (env: Record<string, string>) => readSettings(env).hubble.serve;

test("an observer listens at an address and a port, at all of them, or nowhere", () => {
  const nothing = { tls: undefined, peers: [], advertise: undefined };
  assert.deepEqual(serveOf({ HUBBLE_LISTEN: "127.0.0.1:4245" }), { host: "127.0.0.1", port: 4245, ...nothing });
  assert.deepEqual(serveOf({ HUBBLE_LISTEN: "[::1]:0" }), { host: "::1", port: 0, ...nothing });
  assert.deepEqual(serveOf({ HUBBLE_LISTEN: ":4245" }), { host: "", port: 4245, ...nothing });
  assert.equal(serveOf({ HUBBLE_LISTEN: "off" }), undefined);
  assert.equal(serveOf({ HUBBLE_LISTEN: "" }), undefined);
  for (const wrong of ["4245", "web:4245", "127.0.0.1", "127.0.0.1:70000", "::1:4245"]) {
    assert.throws(() => serveOf({ HUBBLE_LISTEN: wrong }), /HUBBLE_LISTEN: must be off, or/, wrong);
  }
});

test("peers are hosts, with Hubble's port unless they have another", () => {
  const serve = serveOf({
    HUBBLE_LISTEN: ":4245",
    HUBBLE_PEERS: "tasks.flowtally, 10.0.0.2:5000,[fd00::1]:4245",
    HUBBLE_ADVERTISE: "[fd00::2]:4245",
  });
  assert.deepEqual(serve?.peers, [
    { host: "tasks.flowtally", port: 4245 },
    { host: "10.0.0.2", port: 5000 },
    { host: "fd00::1", port: 4245 },
  ]);
  assert.equal(serve?.advertise, "[fd00::2]:4245");
  assert.throws(() => serveOf({ HUBBLE_PEERS: "a:b" }), /HUBBLE_PEERS: must be HOST or HOST:PORT.*a:b/);
  assert.throws(() => serveOf({ HUBBLE_ADVERTISE: "a" }), /HUBBLE_ADVERTISE: must be/);
});

test("a certificate comes with its key, and whose clients are let in comes with a certificate", () => {
  const [cert, key, ca] = ["HUBBLE_TLS_CERT_FILE", "HUBBLE_TLS_KEY_FILE", "HUBBLE_TLS_CLIENT_CA_FILE"] as const;
  const serve = serveOf({ HUBBLE_LISTEN: ":4245", [cert]: "/c", [key]: "/k", HUBBLE_TLS_SERVER_NAME: "node" });
  assert.deepEqual(serve?.tls, { certFile: "/c", keyFile: "/k", clientCaFile: undefined, serverName: "node" });
  for (const wrong of [{ [cert]: "/c" }, { [key]: "/k" }, { [ca]: "/a" }]) {
    assert.throws(() => serveOf(wrong as unknown as Record<string, string>), /HUBBLE_TLS_CERT_FILE: needs/);
  }
});

test("its metrics are off unless they are asked for", () => {
  assert.equal(readSettings({}).hubble.metrics, false);
  assert.equal(readSettings({ HUBBLE_METRICS: "on" }).hubble.metrics, true);
});
