import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { start } from "../../../start/commands/start.ts";
import { createHost } from "../../../start/lib/host.ts";
import { ensureWritable } from "../../../start/stack/writable.ts";

const root = await mkdtemp(path.join(tmpdir(), "flowtally-writable-"));

describe("the folder of generated files", () => {
  after(() => rm(root, { recursive: true }));

  it("is made for its owner alone, and left empty", async () => {
    const folder = path.join(root, "made", "folder");
    await ensureWritable(folder);
    assert.deepEqual([await readdir(folder), (await stat(folder)).mode & 0o777], [[], 0o700]);
  });

  it("ends a start before its first step where nothing can be written to it", async () => {
    await writeFile(path.join(root, "config.monitoring"), "");
    await writeFile(path.join(root, ".flowtally"), "a file");
    const stdout = { write: () => assert.fail("a step has run") } as unknown as NodeJS.WritableStream;
    const stderr = { write: () => true } as unknown as NodeJS.WritableStream;
    const options = { "no-install": true, config: undefined };
    const { signal } = new AbortController();
    const run = start.run({
      host: createHost(),
      projectRoot: root,
      options,
      operand: undefined,
      signal,
      stdout,
      stderr,
    });
    await assert.rejects(run, { code: "FOLDER_NOT_WRITABLE" });
  });
});
