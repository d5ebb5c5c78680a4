import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, connect, createServer as createSocketServer } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { before, describe, type TestContext, test } from "node:test";
import { execa } from "execa";
import { orSkip } from "../lib/or-skip.ts";
import { buildTracer, tracerLacks } from "./lib/tracer.ts";

const lacks = await tracerLacks();

describe("http-ok", { skip: orSkip(lacks) }, () => {
  let program: string;
  before(async () => {
    program = path.join(await buildTracer(), "http-ok");
  });

  test("a 2xx answer is good, and the path is asked for", async () => {
    const asked: (string | undefined)[] = [];
    const result = await probe("/healthz", (request, response) => {
      asked.push(request.url);
      response.writeHead(204).end();
    });
    assert.deepEqual([result.exitCode, asked], [0, ["/healthz"]]);
  });

  test("another answer is bad, with the status", async () => {
    const result = await probe("/", (_request, response) => response.writeHead(503).end());
    assert.deepEqual([result.exitCode, result.stderr], [1, "http-ok: answer 503"]);
  });

  test("no answer is bad after ten seconds", async () => {
    const started = performance.now();
    const result = await probe("/", () => undefined);
    const seconds = (performance.now() - started) / 1000;
    assert.deepEqual([result.exitCode, result.stderr], [1, "http-ok: no answer within 10 s"]);
    assert.ok(seconds >= 9.9, `${seconds} s`);
  });

  test("nobody listening is bad, with the reason", async () => {
    const result = await execa(program, ["127.0.0.1:1/"], { reject: false });
    assert.deepEqual([result.exitCode, result.stderr], [1, "http-ok: connect: Connection refused"]);
  });

  test("a service that listens at one of the container's own addresses only is found there", async (t) => {
    const [address] = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ family, internal }) => family === "IPv4" && !internal);
    assert.ok(address, "this machine has no address but loopback's");
    const server = createServer((_, response) => response.end()).listen(0, address.address);
    t.after(() => server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    assert.equal((await execa(program, [`own:${port}/`])).exitCode, 0);
    const nobody = await execa(program, ["own:1/"], { reject: false });
    assert.deepEqual([nobody.exitCode, nobody.stderr], [1, "http-ok: connect: none of the own addresses answers"]);
  });

  test("a unix socket is asked, too", async (t) => {
    const folder = await temporaryFolder(t);
    const socket = path.join(folder, "socket");
    const server = createServer((request, response) => response.end(request.url)).listen(socket);
    t.after(() => server.close());
    await once(server, "listening");
    assert.equal((await execa(program, [socket])).exitCode, 0);
    const nobody = await execa(program, [`${socket}-of-nobody`], { reject: false });
    assert.deepEqual([nobody.exitCode, nobody.stderr], [1, "http-ok: connect: No such file or directory"]);
  });

  async function probe(target: string, answer: RequestListener) {
    const server = createServer(answer);
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as AddressInfo;
    try {
      return await execa(program, [`127.0.0.1:${port}${target}`], { reject: false });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }
});

describe("after-socket", { skip: orSkip(lacks) }, () => {
  let program: string;
  before(async () => {
    program = path.join(await buildTracer(), "after-socket");
  });

  test("says what it waits for, and becomes the program once somebody listens", async (t) => {
    const folder = await temporaryFolder(t);
    const socket = path.join(folder, "socket");
    const waiting = execa(program, [socket, "/bin/echo", "now", "it runs"], { timeout: 10_000 });
    const said = new Promise((resolve) => waiting.stderr.once("data", (data) => resolve(String(data))));
    assert.equal(await said, `after-socket: ${socket}: No such file or directory\n`);
    const server = createSocketServer().listen(socket);
    t.after(() => server.close());
    assert.equal((await waiting).stdout, "now it runs");
  });

  test("ends at SIGTERM while it waits, first process of a container or not", async () => {
    const waiting = execa("unshare", ["--pid", "--fork", "--kill-child", program, "/nobody/listens", "/bin/true"], {
      reject: false,
      timeout: 10_000,
    });
    await new Promise((resolve) => waiting.stderr.once("data", resolve));
    const child = await readFile(`/proc/${waiting.pid}/task/${waiting.pid}/children`, "utf8");
    process.kill(Number(child), "SIGTERM");
    assert.equal((await waiting).timedOut, false);
  });
});

/** Says what it was handed, as systemd's protocol has it, to whoever connects. */
const LISTENER = `
const { LISTEN_PID, LISTEN_FDS } = process.env;
const handed = { own: LISTEN_PID === String(process.pid), listeners: LISTEN_FDS };
require("node:net").createServer((caller) => caller.end(JSON.stringify(handed))).listen({ fd: 3 }, () => console.log("up"));
`;

describe("socket-activate", { skip: orSkip(lacks) }, () => {
  let program: string;
  before(async () => {
    program = path.join(await buildTracer(), "socket-activate");
  });

  test("hands the program a listener that every user may call, also where the last one left its socket", async (t) => {
    const folder = await temporaryFolder(t);
    const socket = path.join(folder, "socket");
    for (const _again of [1, 2]) {
      const running = execa(program, [socket, process.execPath, "-e", LISTENER], { timeout: 10_000, reject: false });
      await new Promise((resolve) => running.stdout.once("data", resolve));
      const caller = connect(socket);
      assert.deepEqual(JSON.parse(await text(caller)), { own: true, listeners: "1" });
      assert.equal((await stat(socket)).mode & 0o777, 0o666);
      running.kill();
      await running;
    }
  });

  test("says why it cannot", async () => {
    const result = await execa(program, ["/nobody/listens", "/bin/true"], { reject: false });
    assert.deepEqual(
      [result.exitCode, result.stderr],
      [1, "socket-activate: /nobody/listens: No such file or directory"],
    );
  });
});

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-probe-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}
