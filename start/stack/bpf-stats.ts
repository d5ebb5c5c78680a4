import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Host } from "../lib/host.ts";
import type { Layout } from "./layout.ts";

const SWITCH = "/proc/sys/kernel/bpf_stats_enabled";

/**
 * Lets the kernel time every BPF program while the stack runs (some ten nanoseconds a run).
 * What the switch stood at is kept in a file, so that `restoreBpfStats` can put it back even after a crash.
 */
export async function enableBpfStats(host: Host, layout: Layout): Promise<void> {
  const before = (await host.readText(SWITCH))?.trim();
  if (before === undefined || before === "1") return;
  await writeFile(keptIn(layout), before);
  await set(host, "1");
}

/** Puts the switch back; does nothing where this stack never changed it. */
export async function restoreBpfStats(host: Host, layout: Layout): Promise<void> {
  const before = await readFile(keptIn(layout), "utf8").catch(() => undefined);
  if (before === undefined) return;
  await set(host, before);
  await rm(keptIn(layout), { force: true });
}

function keptIn(layout: Layout): string {
  return path.join(path.dirname(layout.state), "bpf-stats-before");
}

async function set(host: Host, value: string): Promise<void> {
  await host.runAsRoot("tee", [host.resolve(SWITCH)], { input: value });
}
