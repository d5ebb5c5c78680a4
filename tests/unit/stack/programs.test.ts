import assert from "node:assert/strict";
import { chmod, copyFile, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { it } from "node:test";
import type Docker from "dockerode";
import { execa } from "execa";
import tar from "tar-stream";
import { extractPrograms } from "../../../start/stack/programs.ts";

/** An engine in whose containers every file holds its own path. */
const engine = {
  createContainer: async () => ({
    getArchive: async ({ path: file }: { path: string }) => {
      const pack = tar.pack();
      pack.entry({ name: path.basename(file) }, file);
      pack.finalize();
      return pack;
    },
    remove: async () => {},
  }),
} as unknown as Docker;

it("programs are taken out of an image again while one of them runs", async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-programs-"));
  t.after(() => rm(folder, { recursive: true }));
  const program = path.join(folder, "http-ok");
  await copyFile("/bin/sleep", program);
  await chmod(program, 0o755);
  const running = execa(program, ["60"], { reject: false });
  try {
    await extractPrograms(engine, "image", folder);
  } finally {
    running.kill();
    await running;
  }
  assert.equal(await readFile(program, "utf8"), "/http-ok");
  assert.equal((await stat(program)).mode & 0o777, 0o755);
  assert.deepEqual((await readdir(folder)).sort(), ["after-socket", "http-ok", "socket-activate"]);
});
