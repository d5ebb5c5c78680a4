import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, test } from "node:test";
import type { Request, Response } from "express";
import { inTurn } from "../../../../exporters/flow-exporter/outputs/http/turns.ts";
import { until } from "../lib/until.ts";

let server: Server;
let arrived: ServerResponse[];
let begun: ServerResponse[];
beforeEach(async () => {
  arrived = [];
  begun = [];
  const handler = inTurn({ atOnce: 1, waiting: 2, waitMs: 200 });
  server = createServer((request, response) => {
    arrived.push(response);
    handler(request as Request, asExpress(response), () => void begun.push(response));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(() => server.close().closeAllConnections());

/** What Express adds to a response, as far as it is used here. */
function asExpress(response: ServerResponse): Response {
  const added = {
    set: (name: string, value: string) => response.setHeader(name, value),
    status: (status: number) => Object.assign(response, { statusCode: status }),
    json: (body: object) => response.end(JSON.stringify(body)),
  };
  return Object.assign(response, added) as unknown as Response;
}

const ask = (signal?: AbortSignal) =>
  fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { ...(signal && { signal }) });

test("who has waited too long for a turn is told when to come again, and the work goes on", async () => {
  const first = ask();
  await until("the first to begin", () => begun.length === 1);
  const second = await ask();
  assert.deepEqual([second.status, second.headers.get("retry-after")], [503, "1"]);
  begun[0]?.end();
  assert.equal((await first).status, 200);
});

test("who leaves while waiting gives up the place", async () => {
  void ask();
  await until("the first to begin", () => begun.length === 1);
  const leaving = new AbortController();
  const left = assert.rejects(ask(leaving.signal));
  await until("the second to arrive", () => arrived.length === 2);
  leaving.abort();
  await left;
  await until("the second to leave", () => arrived[1]?.closed === true);
  const third = ask();
  begun[0]?.end();
  await until("the third to begin", () => begun.length === 2);
  begun[1]?.end();
  assert.equal((await third).status, 200);
});
