import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it, type TestContext } from "node:test";
import { createHost } from "../../../start/lib/host.ts";
import { waitFor } from "../../../start/lib/wait.ts";

const SCRIPTS = path.join(import.meta.dirname, "../../../start/install");
const host = createHost();

async function scratch(t: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-install-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** A folder of small programs that stand before the real ones on the PATH. */
async function programs(folder: string, bodies: Record<string, string>): Promise<string> {
  const bin = path.join(folder, "bin");
  await mkdir(bin);
  for (const [name, body] of Object.entries(bodies)) {
    await writeFile(path.join(bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  }
  return `${bin}:${process.env.PATH}`;
}

/** Runs start-engine.sh with an init script that ends with `status`, and returns the engine's log. */
async function startEngine(t: TestContext, status: number, expected: string): Promise<string> {
  const folder = await scratch(t);
  const log = path.join(folder, "dockerd.log");
  const PATH = await programs(folder, {
    service: `echo "service $*"; exit ${status}`,
    dockerd: `[ "$(ps -o sid= -p $$ | tr -d ' ')" = $$ ] && echo "dockerd in a session of its own"`,
  });
  const result = await host.run("sh", [path.join(SCRIPTS, "start-engine.sh"), log], { env: { PATH } });
  assert(result.ok, result.message);
  const wait = { name: "the log", code: "NO_LOG", deadlineMs: 5_000, everyMs: 20, fix: "look into the script" };
  return waitFor(wait, async () => {
    const text = await readFile(log, "utf8");
    assert(text.includes(expected), `the log says "${text}"`);
    return text;
  });
}

describe("start-engine.sh", () => {
  it("is content with an init script that works", async (t) => {
    assert.equal(await startEngine(t, 0, "service"), "service docker start\n");
  });

  it("starts the engine by itself, detached, where the init script refuses", async (t) => {
    assert.match(await startEngine(t, 1, "dockerd"), /dockerd in a session of its own\n$/);
  });
});

describe("compose-plugin.sh", () => {
  const skip = process.getuid?.() === 0 ? false : "needs root";

  async function takePlugin(t: TestContext, aptGet: string) {
    const folder = await scratch(t);
    const TMPDIR = path.join(folder, "tmp");
    await mkdir(TMPDIR);
    const PATH = await programs(folder, { "apt-get": aptGet });
    const plugin = path.join(folder, "cli-plugins/docker-compose");
    const args = [path.join(SCRIPTS, "compose-plugin.sh"), "file:/nonexistent", "trixie", "/nonexistent.gpg", plugin];
    const result = await host.run("sh", args, { env: { PATH, TMPDIR } });
    const installed = await readFile(plugin, "utf8").catch(() => undefined);
    return { ok: result.ok, installed, leftovers: await readdir(TMPDIR) };
  }

  /** A package as Debian's is laid out, put where `apt-get download` puts it. */
  const DOWNLOAD = `case "$*" in *" download "*) ;; *) exit 0 ;; esac
mkdir -p package/DEBIAN package/usr/libexec/docker/cli-plugins
printf 'Package: docker-compose\\nVersion: 2.26.1\\nArchitecture: all\\nMaintainer: n\\nDescription: d\\n' >package/DEBIAN/control
echo "the plugin" >package/usr/libexec/docker/cli-plugins/docker-compose
dpkg-deb -b package docker-compose_2.26.1_all.deb
rm -r package`;

  it("takes the plugin out of the package and leaves nothing else", { skip }, async (t) => {
    assert.deepEqual(await takePlugin(t, DOWNLOAD), { ok: true, installed: "the plugin\n", leftovers: [] });
  });

  it("fails without a plugin and without leftovers when the mirror does", { skip }, async (t) => {
    const failed = { ok: false, installed: undefined, leftovers: [] };
    assert.deepEqual(await takePlugin(t, 'exec /usr/bin/apt-get "$@"'), failed);
  });
});
