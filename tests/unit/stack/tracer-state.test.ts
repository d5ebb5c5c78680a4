import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { readTracerState } from "../../../start/stack/tracer-state.ts";

const TRACER = {
  udp_mode: "functions",
  table_room: { flows: 8_192, closed: 16_384, udp: 8_192 },
  table_bytes: 4_390_912,
  refused_runs: 2,
};

describe("how the tracer works", () => {
  it("is what flow-exporter's health says", async (t) => {
    const url = await serve(t, 200, { status: "ok", sources: {}, tracer: TRACER });
    assert.deepEqual(await readTracerState(url, 5_000), TRACER);
  });

  it("is not known while the tracer is gone, and from an exporter that does not tell", async (t) => {
    const gone = await serve(t, 503, { error: { code: "NO_ROWS", message: "the tracer is gone" } });
    assert.equal(await readTracerState(gone, 5_000), null);
    const older = await serve(t, 200, { status: "ok", sources: {} });
    assert.equal(await readTracerState(older, 5_000), null);
  });

  it("is not known where nothing answers, and is not waited for without end", async (t) => {
    const server = createServer(() => {}).listen(0, "127.0.0.1");
    t.after(() => server.closeAllConnections());
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    assert.equal(await readTracerState(url, 50), null);
    server.close();
    server.closeAllConnections();
    await once(server, "close");
    assert.equal(await readTracerState(url, 5_000), null);
  });
});

async function serve(t: TestContext, status: number, body: object): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
