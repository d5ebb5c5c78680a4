import { spawn } from "node:child_process";
import { open, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Host } from "../lib/host.ts";
import type { Layout } from "../stack/layout.ts";

const WORDS = ["tune", "--when-ready"];

/**
 * Leaves a process behind that tunes Grafana's limit once there is enough data, and then ends.
 * Its output goes to `.flowtally/tune.log`. One left by an earlier start is ended first.
 */
export async function startTuner(host: Host, layout: Layout): Promise<void> {
  await endTuner(host, layout);
  const log = await open(layout.tunerLog, "w");
  try {
    const words = [program(layout), ...WORDS, "--config", layout.config];
    const child = spawn(process.execPath, words, { detached: true, stdio: ["ignore", log.fd, log.fd], env: host.env });
    child.unref();
    await writeFile(layout.tunerPid, String(child.pid));
  } finally {
    await log.close();
  }
}

/** Ends the tuner, where one still runs. */
export async function endTuner(host: Host, layout: Layout): Promise<void> {
  await killTuner(host, layout);
  await rm(layout.tunerPid, { force: true });
}

/**
 * The same for another checkout's, whose files stay as they are. Its pid may be another process's by now: only a tuner of
 * that folder is ended.
 */
export async function killTuner(host: Host, layout: Layout): Promise<void> {
  const pid = Number(await readFile(layout.tunerPid, "utf8").catch(() => ""));
  if (pid > 0 && (await isTuner(host, layout, pid))) await host.runAsRoot("kill", [String(pid)]);
}

async function isTuner(host: Host, layout: Layout, pid: number): Promise<boolean> {
  const words = ((await host.readText(`/proc/${pid}/cmdline`)) ?? "").split("\0");
  return [program(layout), ...WORDS].every((word) => words.includes(word));
}

function program(layout: Layout): string {
  return path.join(layout.root, "start.ts");
}
