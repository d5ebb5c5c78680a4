import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { createHost } from "../../../../../exporters/flow-exporter/metadata/host/host.ts";

test("a process's file is read whole, or not at all where its user has made it long", async (t) => {
  const proc = await mkdtemp(path.join(tmpdir(), "flowtally-proc-"));
  t.after(() => rm(proc, { recursive: true }));
  await mkdir(path.join(proc, "7/net"), { recursive: true });
  const host = createHost(proc);
  const read = async (length: number) => {
    await writeFile(path.join(proc, "7/net/fib_trie"), "x".repeat(length));
    return host.processFile(7, "net/fib_trie").length;
  };
  assert.deepEqual([await read(3), await read(65_536), await read(65_537), await read(10_000_000)], [3, 65_536, 0, 0]);
  assert.equal(host.processFile(8, "status"), "");
});
