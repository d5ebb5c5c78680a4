import assert from "node:assert/strict";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { execa } from "execa";
import { orSkip } from "../lib/or-skip.ts";
import { ROOT } from "./lib/launcher.ts";
import { withInPlace } from "./lib/other-machine.ts";

const SCRIPT = path.join(ROOT, "start/install/start-engine.sh");

/** The script that starts the engine where there is no systemd, with a program that does nothing for the engine. */
describe("starting an engine", { skip: orSkip(process.getuid?.() !== 0 && "needs root") }, () => {
  let folder = "";
  const inFolder = (name: string) => path.join(folder, name);
  const pidFiles = { dockerd: "run/docker.pid", containerd: "run/docker/containerd/containerd.pid" };

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-"));
    await mkdir(inFolder("bin"));
    await mkdir(inFolder("run/docker/containerd"), { recursive: true });
    await writeFile(inFolder("bin/service"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    await writeFile(inFolder("bin/dockerd"), "#!/bin/sh\n", { mode: 0o755 });
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Which of the engine's pid files are left when both have named this process; /run is the test's own. */
  async function keptFor(pid: number | undefined): Promise<string[]> {
    for (const file of Object.values(pidFiles)) await writeFile(inFolder(file), `${pid}`);
    const [file = "", ...args] = [...withInPlace({ "/run": inFolder("run") }), "sh", SCRIPT, inFolder("log")];
    await execa(file, args, { env: { PATH: `${inFolder("bin")}:${process.env.PATH}` } });
    const kept: string[] = [];
    for (const [name, file] of Object.entries(pidFiles)) {
      if (await readFile(inFolder(file), "utf8").catch(() => undefined)) kept.push(name);
    }
    return kept;
  }

  it("takes no other program's process for it", async () => {
    assert.deepEqual(await keptFor(process.pid), []);
  });

  it("forgets a process that is gone", async () => {
    const gone = execa("true");
    await gone;
    assert.deepEqual(await keptFor(gone.pid), []);
  });

  it("leaves the file of an engine that runs, also of one that was replaced on disk", async () => {
    await mkdir(inFolder("running"));
    await copyFile("/bin/sleep", inFolder("running/dockerd"));
    const engine = execa(inFolder("running/dockerd"), ["60"], { reject: false });
    try {
      assert.deepEqual(await keptFor(engine.pid), ["dockerd"]);
      await rm(inFolder("running/dockerd"));
      assert.deepEqual(await keptFor(engine.pid), ["dockerd"]);
    } finally {
      engine.kill();
      await engine;
    }
  });
});
