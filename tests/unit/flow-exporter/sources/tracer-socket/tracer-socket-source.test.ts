import assert from "node:assert/strict";
import { once } from "node:events";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, afterEach, beforeEach, test } from "node:test";
import type { FlowDelta } from "../../../../../exporters/flow-exporter/model/flow-delta.ts";
import { SourceHealth } from "../../../../../exporters/flow-exporter/model/source-health.ts";
import { createSocketReader } from "../../../../../exporters/flow-exporter/sources/tracer-socket/reader.ts";
import { TracerSocketSource } from "../../../../../exporters/flow-exporter/sources/tracer-socket/tracer-socket-source.ts";
import { told } from "../../lib/connections.ts";
import { silent } from "../../lib/log.ts";
import { until } from "../../lib/until.ts";
import { world } from "../../lib/world.ts";

const folder = mkdtempSync(path.join(tmpdir(), "flowtally-uds-"));
after(() => rmSync(folder, { recursive: true }));

/** A tracer whose words are a test's. */
let server: Server | undefined;
let count = 0;
let socketPath = "";
let deltas: FlowDelta[] = [];
let asked = "";
let respond: (socket: Socket) => void = () => {};
const open = new Set<Socket>();

beforeEach(() => {
  count += 1;
  socketPath = path.join(folder, `${count}.sock`);
  deltas = [];
});
afterEach(() => stop());

async function start(): Promise<void> {
  server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => {});
    socket.once("data", (data) => {
      asked = `${data}`;
      respond(socket);
    });
  });
  server.listen(socketPath);
  await once(server, "listening");
}

async function stop(): Promise<void> {
  for (const socket of open) socket.destroy();
  if (!server) return;
  const closed = once(server, "close");
  server.close();
  server = undefined;
  await closed;
}

const answering = (text: string) => (socket: Socket) =>
  socket.end(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${text}`);
const listing = (...connections: unknown[]) => answering(JSON.stringify({ connections }));

function createSource(bounds = { timeoutMs: 2_000, maxBytes: 10_000 }): TracerSocketSource {
  const reader = createSocketReader(socketPath, "a reader", bounds);
  return new TracerSocketSource({
    reader,
    health: new SourceHealth("uds:x", silent),
    world: () => world({ nowNs: 1e9 }),
  });
}

const sink = {
  name: "sink",
  add: (some: readonly FlowDelta[]) => void deltas.push(...some),
  apply: () => assert.fail("the reading is the kernel's to end"),
};

/** Cycles until an answer has been taken in that `isDone` is content with. */
async function cycle(source: TracerSocketSource, isDone: () => boolean): Promise<void> {
  await until(`an answer: ${source.health.reason}, ${JSON.stringify([...source.faults])}`, () => {
    source.read(sink);
    return isDone();
  });
}

const sent = () => deltas.reduce((sum, { sentBytes }) => sum + sentBytes, 0);

test("a tracer is asked by one name, and what it tells is counted", async () => {
  respond = listing(told());
  await start();
  const source = createSource();
  await cycle(source, () => source.health.up === true);
  assert.match(asked, /^GET \/connections\?client_id=a%20reader HTTP\/1\.1\r\n/);
  assert.equal(sent(), 100);
  assert.equal([...source.records()].length, 1);
  assert.equal(source.faults.size, 0);
});

for (const [fault, reason, answer] of [
  ["extra_brace", /closing brace too many/, answering(`{"connections":[${JSON.stringify(told())}]}}`)],
  ["truncated", /breaks off/, answering(`{"connections":[${JSON.stringify(told())},{"pid":`)],
  ["too_long", /too long/, answering(`{"connections":[${JSON.stringify(told())},${" ".repeat(20_000)}]}`)],
  ["bad_direction", /their direction makes no sense/, listing(told(), told({ sport: 2, direction: "up" }))],
] as const) {
  test(`${fault}: the fault is named and counted, and the good part kept`, async () => {
    respond = answer;
    await start();
    const source = createSource();
    await cycle(source, () => source.health.up === false);
    assert.match(source.health.reason, reason);
    assert.equal(source.faults.get(fault), 1);
    assert.equal(sent(), 100);
  });
}

test("an answer that ends before it should, by its own length, is taken as far as it came", async () => {
  const text = `{"connections":[${JSON.stringify(told())}`;
  respond = (socket) => socket.end(`HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n${text}`);
  await start();
  const source = createSource();
  await cycle(source, () => source.health.up === false);
  assert.equal(source.faults.get("truncated"), 1);
  assert.equal(sent(), 100);
});

for (const [fault, answer] of [
  ["refused", (socket: Socket) => socket.end("HTTP/1.1 503 Busy\r\nconnection: close\r\n\r\n{}")],
  [
    "refused",
    (socket: Socket) => socket.write("HTTP/1.1 101 Switching\r\nupgrade: more\r\nconnection: upgrade\r\n\r\n"),
  ],
  ["unreachable", (socket: Socket) => socket.end("SSH-2.0-OpenSSH\r\n")],
  ["unreachable", (socket: Socket) => socket.destroy()],
  ["no_list", answering("[1,2]")],
  ["no_json", answering("hello")],
] as const) {
  test(`${fault}: nothing is counted, and what is known stays`, async () => {
    respond = listing(told());
    await start();
    const source = createSource();
    await cycle(source, () => source.health.up === true);
    respond = answer;
    await cycle(source, () => source.faults.has(fault));
    assert.equal(source.health.up, false);
    assert.deepEqual(
      [...source.records()].map((one) => one.open),
      [true],
    );
  });
}

test("a tracer that says nothing, or does not end, holds up no cycle and is given up in time", async () => {
  for (const respondSlowly of [() => {}, (socket: Socket) => socket.write("HTTP/1.1 200 OK\r\n\r\n{")]) {
    respond = respondSlowly;
    if (!server) await start();
    const source = createSource({ timeoutMs: 100, maxBytes: 10_000 });
    await cycle(source, () => source.faults.has("timeout"));
    assert.equal(source.health.reason, "it has not answered in time");
  }
});

test("a tracer that is not there, and comes, and restarts with its counters at zero, loses nothing", async () => {
  const source = createSource();
  await cycle(source, () => source.faults.has("unreachable"));
  respond = listing(told());
  await start();
  await cycle(source, () => source.health.up === true);
  await stop();
  await cycle(source, () => source.health.up === false);
  respond = listing(told({ monotonic_sent_bytes: 5, monotonic_recv_bytes: 0 }));
  await start();
  await cycle(source, () => source.health.up === true);
  assert.equal(sent(), 105);
});

test("nothing is asked before it is known who has which address", () => {
  let isAsked = false;
  const ask = async () => {
    isAsked = true;
    return { text: "", fault: undefined };
  };
  const reader = { ask };
  const source = new TracerSocketSource({ reader, health: new SourceHealth("uds:x", silent), world: () => undefined });
  source.read(sink);
  assert.equal(isAsked, false);
});

test("a folder that was deleted and is still mounted is named as the reason, for no tracer will ever be in it again", async () => {
  const own = path.join(folder, "of-a-tracer");
  mkdirSync(own);
  // What a mount does: the folder stays in reach, whatever becomes of its name.
  const mount = openSync(own, "r");
  socketPath = `/proc/self/fd/${mount}/t.sock`;
  const source = createSource();
  await cycle(source, () => source.faults.has("unreachable"));
  rmSync(own, { recursive: true });
  mkdirSync(own);
  await cycle(source, () => source.faults.has("folder_gone"));
  assert.match(source.health.reason, /folder was deleted.*start this container anew/);
  closeSync(mount);
});
