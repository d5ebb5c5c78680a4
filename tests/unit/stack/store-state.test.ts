import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readExporterHealth } from "../../../start/stack/exporter-health.ts";
import { storeStateIn } from "../../../start/stack/store-state.ts";
import { serveHealth } from "./lib/serve-health.ts";

const SOURCES = { store: { up: false, reason: "UNREACHABLE: no route" }, docker: { up: true, reason: "" } };
const STORE = { ended: 3, dropped: 7, waiting: { entries: 2, bytes: 4_099 }, errors: { UNREACHABLE: 2 } };
const STATE = { up: false, reason: "UNREACHABLE: no route", waiting_bytes: 4_099, dropped: 7 };

describe("how writing to the store goes", () => {
  it("is what flow-exporter's health says, while the tracer is gone too", async (t) => {
    const url = await serveHealth(t, 200, { status: "ok", sources: SOURCES, store: STORE });
    assert.deepEqual(storeStateIn(await readExporterHealth(url, 5_000)), STATE);
    const error = { code: "NO_ROWS", message: "the tracer is gone" };
    const gone = await serveHealth(t, 503, { error, sources: SOURCES, store: STORE });
    assert.deepEqual(storeStateIn(await readExporterHealth(gone, 5_000)), STATE);
  });

  it("is not known without a store", async (t) => {
    const without = await serveHealth(t, 200, { status: "ok", sources: { docker: SOURCES.docker }, store: null });
    assert.equal(storeStateIn(await readExporterHealth(without, 5_000)), null);
  });
});
