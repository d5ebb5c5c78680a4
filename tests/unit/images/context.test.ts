import assert from "node:assert/strict";
import { chmod, rename, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { describe, it } from "node:test";
import { extract } from "tar-stream";
import { contentHash, filesOf, packContext } from "../../../start/images/context.ts";
import { createFolder } from "./fixture.ts";

const FILES = { Dockerfile: "FROM scratch", "src/main.go": "package main" };

async function hashOf(folder: string, words: string[] = []) {
  return contentHash(words, await filesOf(folder));
}

describe("contentHash", () => {
  it("is twelve hex digits, the same for the same contents wherever they lie", async (t) => {
    const [one, other] = [await createFolder(t, FILES), await createFolder(t, FILES)];
    assert.match(await hashOf(one), /^[0-9a-f]{12}$/);
    assert.equal(await hashOf(one), await hashOf(other));
  });

  it("changes with a file's text, its name, its executable bit, and the words given with it", async (t) => {
    const folder = await createFolder(t, FILES);
    const seen = [await hashOf(folder), await hashOf(folder, ["arm64"])];
    await writeFile(path.join(folder, "src/main.go"), "package other");
    seen.push(await hashOf(folder));
    await rename(path.join(folder, "src/main.go"), path.join(folder, "src/serve.go"));
    seen.push(await hashOf(folder));
    await chmod(path.join(folder, "src/serve.go"), 0o755);
    seen.push(await hashOf(folder));
    assert.equal(new Set(seen).size, seen.length);
  });
});

describe("packContext", () => {
  it("packs files, links and texts, with fixed owners and times", async (t) => {
    const folder = await createFolder(t, { "bin/tool": "#!/bin/sh", note: "x".repeat(300_000) });
    await chmod(path.join(folder, "bin/tool"), 0o700);
    await symlink("bin/tool", path.join(folder, "link"));
    const entries = await unpack(packContext(await filesOf(folder), { "host-ca.crt": "CA" }));
    assert.deepEqual(entries, [
      { name: "host-ca.crt", mode: "644", uid: 0, time: 0, size: 2 },
      { name: "bin/tool", mode: "755", uid: 0, time: 0, size: 9 },
      { name: "link", mode: "644", uid: 0, time: 0, size: 0, target: "bin/tool" },
      { name: "note", mode: "644", uid: 0, time: 0, size: 300_000 },
    ]);
  });

  it("ends with an error when a file has gone", async () => {
    const gone = { name: "gone", file: "/does/not/exist" };
    await assert.rejects(buffer(packContext([gone], {})), { code: "ENOENT" });
  });
});

async function unpack(archive: NodeJS.ReadableStream) {
  const entries: object[] = [];
  for await (const entry of archive.pipe(extract())) {
    const { name, mode = 0, uid, mtime, linkname } = entry.header;
    const { length: size } = await buffer(entry);
    const common = { name, mode: mode.toString(8), uid, time: mtime?.getTime(), size };
    entries.push(linkname ? { ...common, target: linkname } : common);
  }
  return entries;
}
