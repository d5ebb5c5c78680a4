import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { after, before, describe, test } from "node:test";
import { Gate } from "../../../../exporters/flow-exporter/outputs/http/gate.ts";
import { cutOffAfter, listed, streamJson } from "../../../../exporters/flow-exporter/outputs/http/stream.ts";
import { until } from "../lib/until.ts";

const PIECE = "x".repeat(10_000);
/** Far more than the kernel holds of a connection. */
const PIECES = 10_000;
const PATIENCE_MS = 1_000;

describe("a large answer", () => {
  let server: Server;
  let made = 0;
  let late: Promise<boolean> | undefined;
  before(async () => {
    const gate = new Gate(1);
    server = createServer((request, response) => {
      cutOffAfter(PATIENCE_MS, response);
      if (request.url === "/small") void streamJson(response, ["[", ...listed([1, 2], (one) => one), "]"]);
      else if (request.url === "/late") late = once(response, "close").then(() => gate.enter(response));
      else if (gate.enter(response)) void streamJson(response, pieces());
      else response.writeHead(503).end();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  after(() => server.close());

  function* pieces(): Generator<string> {
    for (made = 0; made < PIECES; made++) yield PIECE;
  }

  const url = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;

  /** A client that asks and takes nothing; resolves once it is being answered. */
  const slowClient = async (): Promise<Socket> => {
    const { port, hostname } = new URL(url("/"));
    const client = connect(Number(port), hostname).on("error", () => {});
    client.write(`GET /large HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`);
    await once(client, "readable");
    return client;
  };

  test("comes as one document", async () => {
    const response = await fetch(url("/small"));
    assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
    assert.deepEqual(await response.json(), [1, 2]);
  });

  test("is made no faster than it is taken, refused to others meanwhile, and cut off in the end", async () => {
    const client = await slowClient();
    const start = performance.now();
    assert.equal((await fetch(url("/large"))).status, 503);
    assert.equal((await fetch(url("/small"))).status, 200);
    let seen = -1;
    await until("the kernel's buffers to be full", () => {
      const stands = made === seen;
      seen = made;
      return stands;
    });
    assert.ok(made < PIECES / 2, `${made} of ${PIECES} pieces made`);
    client.resume();
    const ended = once(client, "close");
    client.pause();
    await until("the end of its patience", () => performance.now() - start > PATIENCE_MS * 1.5);
    client.resume();
    await ended;
    assert.ok(made < PIECES, "it was cut off");
  });

  test("is not held up by one who was gone before it had begun", async () => {
    const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
    client.write("GET /late HTTP/1.1\r\nhost: localhost\r\n\r\n");
    await once(server, "request");
    client.destroy();
    await late;
    const response = await fetch(url("/large"));
    await response.body?.cancel();
    assert.equal(response.status, 200);
  });

  test("is given to the next once the one before is gone", async () => {
    const client = await slowClient();
    client.destroy();
    await until("the gate to open", () => made < PIECES);
    const end = performance.now() + 5_000;
    for (let status = 503; status !== 200; ) {
      assert.ok(performance.now() < end, "still refused after 5 s");
      const response = await fetch(url("/large"));
      await response.body?.cancel();
      status = response.status;
    }
  });
});
