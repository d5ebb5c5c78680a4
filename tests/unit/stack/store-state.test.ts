import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { readStoreState } from "../../../start/stack/store-state.ts";

const SOURCES = { store: { up: false, reason: "UNREACHABLE: no route" }, docker: { up: true, reason: "" } };
const STORE = { ended: 3, dropped: 7, waiting: { entries: 2, bytes: 4_099 }, errors: { UNREACHABLE: 2 } };
const STATE = { up: false, reason: "UNREACHABLE: no route", waiting_bytes: 4_099, dropped: 7 };

describe("how writing to the store goes", () => {
  it("is what flow-exporter's health says, while the tracer is gone too", async (t) => {
    const url = await serve(t, 200, { status: "ok", sources: SOURCES, store: STORE });
    assert.deepEqual(await readStoreState(url, 5_000), STATE);
    const error = { code: "NO_ROWS", message: "the tracer is gone" };
    const gone = await serve(t, 503, { error, sources: SOURCES, store: STORE });
    assert.deepEqual(await readStoreState(gone, 5_000), STATE);
  });

  it("is not known without a store", async (t) => {
    const without = await serve(t, 200, { status: "ok", sources: { docker: SOURCES.docker }, store: null });
    assert.equal(await readStoreState(without, 5_000), null);
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
