import assert from "node:assert/strict";
import { test } from "node:test";
import { hubbleStateIn } from "../../../start/stack/hubble-state.ts";

const SERVED = { HUBBLE_LISTEN: "127.0.0.1:4245", HUBBLE_TLS_CERT_FILE: "" };
const WORKS = { sources: { hubble: { up: true, reason: "" } } };

test("how Hubble's clients are answered is told with where, and whether by TLS", () => {
  assert.deepEqual(hubbleStateIn(SERVED, WORKS), { at: "127.0.0.1:4245", tls: false, up: true, reason: "" });
  assert.equal(hubbleStateIn({ ...SERVED, HUBBLE_TLS_CERT_FILE: "/etc/tls.crt" }, WORKS)?.tls, true);
});

test("nothing is told where nothing is served, or the exporter does not say", () => {
  assert.equal(hubbleStateIn({ ...SERVED, HUBBLE_LISTEN: "off" }, WORKS), null);
  assert.equal(hubbleStateIn(SERVED, null), null);
  assert.equal(hubbleStateIn(SERVED, { sources: {} }), null);
});
