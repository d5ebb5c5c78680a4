import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, beforeEach, describe, it } from "node:test";
import type Docker from "dockerode";
import { createHost } from "../../../start/lib/host.ts";
import { readSettings } from "../../../start/settings/index.ts";
import { writeStackFiles } from "../../../start/stack/files.ts";
import { layoutOf } from "../../../start/stack/layout.ts";
import { startedLayout } from "../../../start/stack/named-layout.ts";
import { findConfigured, findRunning } from "../../../start/stack/running.ts";
import { takeOver } from "../../../start/stack/take-over.ts";
import { FACTS, makeCheckout } from "./lib/checkout.ts";

const LEFT_OUT = [{ part: "grafana", reason: "no image" }];

const root = await mkdtemp(path.join(tmpdir(), "flowtally-running-"));
const here = layoutOf(path.join(root, "here"));
const there = layoutOf(path.join(root, "there"));
const host = { ...createHost(), runAsRoot: createHost().run };

/** An engine with two containers of the stack that were started from a folder; undefined: with none. */
function engine(folder: string | undefined): Docker {
  const inspect = async () => ({
    Config: { Labels: { "com.docker.compose.project.working_dir": folder }, Image: "i" },
    State: { Status: "running" },
    Id: "c",
  });
  return {
    listContainers: async () => (folder === undefined ? [] : [{ Id: "a" }, { Id: "b" }]),
    getContainer: () => ({ inspect }),
  } as unknown as Docker;
}

async function started(layout: typeof here, text: string): Promise<void> {
  const input = { settings: readSettings(text), facts: FACTS, images: [], examples: [], leftOut: LEFT_OUT, layout };
  await makeCheckout(layout);
  await writeStackFiles({ ...input, healthSeconds: 5 });
}

describe("the stack that runs", () => {
  beforeEach(async () => {
    for (const { root: folder } of [here, there]) {
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true });
      await writeFile(path.join(folder, "config.monitoring"), "PROMETHEUS_PORT=9091\n");
    }
  });
  after(() => rm(root, { recursive: true }));

  it("is described by the settings it was started with, whatever file they were from", async () => {
    await started(here, "PROMETHEUS_PORT=19090\nGRAFANA_ADMIN_PASSWORD=secret\n");
    const { settings, folder, leftOut } = await findRunning(
      { docker: engine(here.root), host, layout: here },
      undefined,
    );
    assert.equal(settings.PROMETHEUS_PORT, 19_090);
    assert.equal(folder, here.root);
    assert.deepEqual(leftOut, LEFT_OUT);
    assert.ok(!(await readFile(here.state, "utf8")).includes("secret"));
  });

  it("is described by the file that is named, where one is", async () => {
    await started(here, "PROMETHEUS_PORT=19090\n");
    const named = layoutOf(here.root, "config.monitoring");
    const { settings } = await findRunning({ docker: engine(here.root), host, layout: named }, "config.monitoring");
    assert.equal(settings.PROMETHEUS_PORT, 9091);
  });

  it("is not described by what an earlier start has left where nothing runs", async () => {
    await started(here, "PROMETHEUS_PORT=19090\n");
    const { settings, leftOut } = await findRunning({ docker: engine(undefined), host, layout: here }, undefined);
    assert.equal(settings.PROMETHEUS_PORT, 9091);
    assert.deepEqual(leftOut, []);
  });

  it("is described by the checkout it was started from, or said to be unknown", async () => {
    const unknown = await findRunning({ docker: engine(there.root), host, layout: here }, undefined);
    assert.deepEqual([unknown.folder, unknown.certain], [there.root, false]);
    await started(there, "PROMETHEUS_PORT=19090\n");
    const found = await findRunning({ docker: engine(there.root), host, layout: here }, undefined);
    assert.deepEqual([found.settings.PROMETHEUS_PORT, found.certain], [19_090, true]);
  });

  describe("with a faulty settings file", () => {
    const find = (folder: string | undefined, config?: string) =>
      findRunning({ docker: engine(folder), host, layout: here }, config);
    beforeEach(() => writeFile(here.config, "PROMETHEUS_PORT=99999\n"));

    it("is described by the settings it was started with, also where the file is named, and the fault with it", async () => {
      await started(here, "PROMETHEUS_PORT=19090\n");
      await writeFile(here.config, "PROMETHEUS_PORT=99999\n");
      for (const config of [undefined, "config.monitoring"]) {
        const { settings, certain, fault } = await find(here.root, config);
        assert.deepEqual([settings.PROMETHEUS_PORT, certain, fault?.code], [19_090, true, "SETTINGS_INVALID"]);
      }
    });

    it("has the defaults where nothing is recorded, but not for a command that needs its ports", async () => {
      const { settings, certain, fault } = await find(undefined);
      assert.deepEqual([settings.PROMETHEUS_PORT, certain, fault?.code], [9090, false, "SETTINGS_INVALID"]);
      const where = { docker: engine(undefined), host, layout: here };
      await assert.rejects(findConfigured(where, undefined), { code: "SETTINGS_INVALID" });
    });

    it("is the one that was started from here where its very name is faulty", async () => {
      await writeFile(here.config, "FLOWTALLY_PROJECT=My Stack\n");
      const tracers = (...names: string[]) =>
        ({
          listContainers: async () =>
            names.map((name) => ({
              Labels: { "com.docker.compose.project": name },
              Names: [`/${name}-flow-tracer`],
            })),
        }) as unknown as Docker;
      const { names } = await startedLayout(host, tracers("mine"), here.root, undefined);
      assert.deepEqual(names, { project: "mine", prefix: "mine-" });
      for (const docker of [tracers(), tracers("mine", "another")]) {
        await assert.rejects(startedLayout(host, docker, here.root, undefined), { code: "SETTINGS_INVALID" });
      }
    });
  });

  it("is taken over in one line where it is another checkout's, and its tuner ends", async () => {
    await mkdir(path.dirname(there.tunerPid), { recursive: true });
    const words = [path.join(there.root, "start.ts"), "tune", "--when-ready"];
    const tuner = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)", ...words]);
    await once(tuner, "spawn");
    await writeFile(there.tunerPid, String(tuner.pid));
    const ended = once(tuner, "exit");
    assert.equal(
      await takeOver(host, engine(there.root), here),
      `2 containers taken over from ${there.root}, with their data`,
    );
    assert.deepEqual(await ended, [null, "SIGTERM"]);
    assert.equal(await readFile(there.tunerPid, "utf8"), String(tuner.pid), "its files are not touched");
  });

  it("is not spoken of where it is this checkout's", async () => {
    assert.equal(await takeOver(host, engine(here.root), here), undefined);
    assert.equal(await takeOver(host, engine(undefined), here), undefined);
  });
});
