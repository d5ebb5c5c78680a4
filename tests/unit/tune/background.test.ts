import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { createHost } from "../../../start/lib/host.ts";
import { waitFor } from "../../../start/lib/wait.ts";
import { type Layout, layoutOf } from "../../../start/stack/layout.ts";
import { endTuner, startTuner } from "../../../start/tune/background.ts";

// Stands in for the launcher: says what it was called with, and stays.
const PROGRAM = `console.log(process.argv.slice(2).join(" ")); setInterval(() => {}, 1000);`;

const real = createHost();
/** Everything here belongs to this user, who needs no more rights to end it. */
const host = { ...real, runAsRoot: real.run };
let layout: Layout;

/** Calls until true, for five seconds at most. */
async function eventually(what: string, probe: () => Promise<boolean>): Promise<void> {
  const wait = { name: what, deadlineMs: 5000, everyMs: 20, code: "NOT_SO", fix: "" };
  await waitFor(wait, async () => {
    if (!(await probe())) throw new Error("not yet");
  });
}

async function isAlive(pid: number): Promise<boolean> {
  const state = /^State:\t(\w)/m.exec((await real.readText(`/proc/${pid}/status`)) ?? "")?.[1];
  return state !== undefined && state !== "Z";
}

async function started(): Promise<number> {
  await startTuner(host, layout);
  return Number(await readFile(layout.tunerPid, "utf8"));
}

describe("the tuner that a start leaves behind", () => {
  beforeEach(async () => {
    const root = await mkdtemp(path.join(tmpdir(), "flowtally-"));
    layout = layoutOf(root);
    await mkdir(path.join(root, ".flowtally"));
    await writeFile(path.join(root, "start.ts"), PROGRAM);
  });
  afterEach(async () => {
    await endTuner(host, layout);
    await rm(layout.root, { recursive: true });
  });

  it("waits for data in a process of its own, and writes to the log", async () => {
    const pid = await started();
    assert.ok(await isAlive(pid));
    const log = `tune --when-ready --config ${layout.config}\n`;
    await eventually("its log", async () => (await readFile(layout.tunerLog, "utf8")) === log);
  });

  it("ends with the stack", async () => {
    const pid = await started();
    await endTuner(host, layout);
    await eventually("its end", async () => !(await isAlive(pid)));
    await assert.rejects(readFile(layout.tunerPid));
  });

  it("takes the place of the one before", async () => {
    const first = await started();
    const second = await started();
    await eventually("the end of the first", async () => !(await isAlive(first)));
    assert.ok(await isAlive(second));
  });

  it("is not mistaken for another process that has its pid by now", async () => {
    const other = spawn("sleep", ["60"]);
    await once(other, "spawn");
    try {
      await writeFile(layout.tunerPid, String(other.pid));
      await endTuner(host, layout);
      assert.ok(await isAlive(other.pid ?? 0));
    } finally {
      other.kill();
    }
  });
});
