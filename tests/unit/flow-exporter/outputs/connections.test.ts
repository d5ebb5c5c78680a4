import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { test } from "node:test";
import { boundConnections } from "../../../../exporters/flow-exporter/outputs/http/connections.ts";
import { until } from "../lib/until.ts";

const MOST = 3;

test("of too many connections the one that has asked nothing for longest makes way", async (t) => {
  const waiting: ServerResponse[] = [];
  const server = createServer((request, response) => {
    if (request.url === "/slow") waiting.push(response);
    else response.end("well");
  });
  boundConnections(server, MOST);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });

  const slow = await connected(port);
  slow.write("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  await until("the slow request", () => waiting.length === 1);
  const idle = [await connected(port), await connected(port)];
  const asked = await fetch(`http://127.0.0.1:${port}/`);
  assert.equal(await asked.text(), "well");
  await until("the longest idle one's end", () => idle[0]?.closed === true);
  assert.deepEqual([slow.closed, idle[1]?.closed], [false, false]);

  waiting[0]?.end("late");
  const [answer] = (await once(slow, "data")) as [Buffer];
  assert.match(answer.toString(), /late/);
});

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1").on("error", () => {});
  await once(socket, "connect");
  return socket;
}
