import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { readExporterHealth } from "../../../start/stack/exporter-health.ts";
import { tracerStateIn } from "../../../start/stack/tracer-state.ts";
import { serveHealth } from "./lib/serve-health.ts";

const TRACER = {
  udp_mode: "functions",
  table_room: { flows: 8_192, closed: 16_384, udp: 8_192 },
  table_bytes: 4_390_912,
  refused_runs: 2,
};

describe("how the tracer works", () => {
  it("is what flow-exporter's health says", async (t) => {
    const url = await serveHealth(t, 200, { status: "ok", sources: {}, tracer: TRACER });
    assert.deepEqual(tracerStateIn(await readExporterHealth(url, 5_000)), TRACER);
  });

  it("is not known while the tracer is gone, and from an exporter that does not tell", async (t) => {
    const gone = await serveHealth(t, 503, { error: { code: "NO_ROWS", message: "the tracer is gone" } });
    assert.equal(tracerStateIn(await readExporterHealth(gone, 5_000)), null);
    const older = await serveHealth(t, 200, { status: "ok", sources: {} });
    assert.equal(tracerStateIn(await readExporterHealth(older, 5_000)), null);
  });

  it("is not known where nothing answers, and is not waited for without end", async (t) => {
    const server = createServer(() => {}).listen(0, "127.0.0.1");
    t.after(() => server.closeAllConnections());
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    assert.equal(tracerStateIn(await readExporterHealth(url, 50)), null);
    server.close();
    server.closeAllConnections();
    await once(server, "close");
    assert.equal(tracerStateIn(await readExporterHealth(url, 5_000)), null);
  });
});
