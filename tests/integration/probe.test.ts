import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer as createSocketServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { before, describe, test } from "node:test";
import { execa } from "execa";
import { buildTracer, tracerLacks } from "./lib/tracer.ts";

const lacks = await tracerLacks();

describe("http-ok", { skip: lacks ?? false }, () => {
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

describe("after-socket", { skip: lacks ?? false }, () => {
  let program: string;
  before(async () => {
    program = path.join(await buildTracer(), "after-socket");
  });

  test("says what it waits for, and becomes the program once somebody listens", async (t) => {
    const folder = await mkdtemp(path.join(tmpdir(), "flowtally-after-"));
    t.after(() => rm(folder, { recursive: true }));
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
