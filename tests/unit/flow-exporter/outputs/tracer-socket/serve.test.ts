import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { Clients } from "../../../../../exporters/flow-exporter/outputs/tracer-socket/clients.ts";
import { serveTracerSocket } from "../../../../../exporters/flow-exporter/outputs/tracer-socket/serve.ts";
import { silent } from "../../lib/log.ts";
import { unixGet } from "../../lib/unix-get.ts";
import { until } from "../../lib/until.ts";

const OTHERS = 65_534;
const LOOK_EVERY_MS = 10_000;

let folder: string;
before(() => {
  folder = mkdtempSync(path.join(tmpdir(), "flowtally-socket-"));
});
after(() => rmSync(folder, { recursive: true }));

function serve(name: string, values: { mode?: number; owner?: { uid: number; gid: number } } = {}, log = silent) {
  const { mode = 0o660, owner } = values;
  const clients = new Clients(() => []);
  const state = { clients, sinceBootMs: () => 5, tracer: { up: true, reason: "" }, node: "lab", version: "1.2.3" };
  return serveTracerSocket({ path: path.join(folder, name), mode, owner }, state, log);
}

test("it answers connections and its status, and refuses the rest with a sentence", async () => {
  const served = await serve("a.sock");
  const get = (url: string, method?: string) => unixGet(path.join(folder, "a.sock"), url, method);
  try {
    assert.deepEqual(await get("/connections?client_id=a"), { status: 200, text: '{"connections":[]}' });
    const { version, node, up, clients } = JSON.parse((await get("/status")).text);
    assert.deepEqual([version, node, up], ["1.2.3", "lab", true]);
    assert.deepEqual(clients, [{ client_id: "a", idle_seconds: 0, connections: 0, lost: 0 }]);
    for (const url of [
      "/connections",
      "/connections?client_id=",
      "/connections?client_id=a%20b",
      "/connections?client_id=a&client_id=b",
    ]) {
      const { status, text } = await get(url);
      assert.deepEqual([status, JSON.parse(text).error.code], [400, "BAD_QUERY"], url);
    }
    assert.equal((await get("/other")).status, 404);
    assert.equal((await get("/connections?client_id=a", "POST")).status, 405);
    assert.equal((await get("/connections?client_id=a", "HEAD")).status, 405);
  } finally {
    await served.stop();
  }
  assert.equal(lstatSync(path.join(folder, "a.sock"), { throwIfNoEntry: false }), undefined, "it is removed");
});

test("the ninth client is refused while there are eight", async () => {
  const served = await serve("many.sock");
  const get = (id: number) => unixGet(path.join(folder, "many.sock"), `/connections?client_id=${id}`);
  try {
    for (let id = 1; id <= 8; id++) assert.equal((await get(id)).status, 200);
    const { status, text } = await get(9);
    assert.deepEqual([status, JSON.parse(text).error.code], [503, "TOO_MANY_CLIENTS"]);
    assert.equal((await get(8)).status, 200);
  } finally {
    await served.stop();
  }
});

test("owner and mode are as asked for, whatever the umask is", { skip: process.getuid?.() !== 0 }, async () => {
  const before = process.umask(0o077);
  const served = await serve("owned.sock", { mode: 0o640, owner: { uid: 0, gid: OTHERS } });
  try {
    const { mode, uid, gid } = statSync(path.join(folder, "owned.sock"));
    assert.deepEqual([mode & 0o777, uid, gid], [0o640, 0, OTHERS]);
    assert.equal(process.umask(), 0o077);
  } finally {
    process.umask(before);
    await served.stop();
  }
});

test("a socket that nobody listens at is replaced", async () => {
  const stale = path.join(folder, "stale.sock");
  const other = await listening(stale);
  const kept = path.join(folder, "kept.sock");
  // A server removes its socket as it closes, so the file is kept by another name.
  linkSync(stale, kept);
  await closed(other);
  const served = await serve("kept.sock");
  assert.equal((await unixGet(kept, "/status")).status, 200);
  await served.stop();
});

test("another program's socket, other files and links are left as they are", async () => {
  const other = await listening(path.join(folder, "live.sock"));
  await assert.rejects(serve("live.sock"), /at .*live\.sock: another program listens there/);
  await closed(other);

  const file = path.join(folder, "file");
  writeFileSync(file, "kept");
  symlinkSync(file, path.join(folder, "link"));
  chmodSync(file, 0o600);
  for (const name of ["file", "link"]) await assert.rejects(serve(name), /a file that is no socket is there/);
  assert.equal(statSync(file).size, 4);

  await assert.rejects(serve("no/folder.sock"), /cannot serve the tracer socket at .*ENOENT/);
});

test("a socket that somebody removes while it is served is made anew", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const file = path.join(folder, "removed.sock");
  const served = await serve("removed.sock", { mode: 0o640 });
  const { ino } = statSync(file);
  t.mock.timers.tick(LOOK_EVERY_MS);
  assert.equal((await unixGet(file, "/connections?client_id=a")).status, 200);
  assert.equal(statSync(file).ino, ino, "one that is there stays");
  rmSync(file);
  t.mock.timers.tick(LOOK_EVERY_MS);
  await until("it is there with its mode", () => existsSync(file) && (statSync(file).mode & 0o777) === 0o640);
  const { clients } = JSON.parse((await unixGet(file, "/status")).text);
  assert.equal(clients[0]?.client_id, "a", "its clients are known");
  await served.stop();
  assert.equal(existsSync(file), false);
});

test("what somebody else has put in a served socket's place stays, is told once, and is waited for", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const told: string[] = [];
  const log = { ...silent, error: (_: object, message: string) => void told.push(message) };
  const file = path.join(folder, "foreign.sock");
  const served = await serve("foreign.sock", {}, log as typeof silent);
  rmSync(file);
  writeFileSync(file, "kept");
  t.mock.timers.tick(LOOK_EVERY_MS);
  await until("it is told", () => told.length > 0);
  t.mock.timers.tick(LOOK_EVERY_MS);
  rmSync(file);
  const other = await listening(file);
  t.mock.timers.tick(LOOK_EVERY_MS);
  await until("the other program is told of", () => told.length > 1);
  assert.match(told[0] ?? "", /was removed or replaced: .*a file that is no socket is there/);
  assert.match(told[1] ?? "", /was removed or replaced: .*another program listens there/);
  await closed(other);
  t.mock.timers.tick(LOOK_EVERY_MS);
  await until("it is there again", () => existsSync(file));
  assert.equal(told.length, 2);

  rmSync(file);
  writeFileSync(file, "kept");
  await served.stop();
  assert.equal(statSync(file).size, 4, "nor does its end remove it");
});

async function listening(file: string): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(file, resolve));
  return server;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
