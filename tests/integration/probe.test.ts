import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
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
