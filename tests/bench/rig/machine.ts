import { existsSync, readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { PIN_DIRECTORY } from "../../../start/stack/layout.ts";

/** The machine a figure was measured on, one line. */
export function describeMachine(): string {
  const all = cpus();
  const gibibytes = (totalmem() / 2 ** 30).toFixed(0);
  return `Linux ${release()}, ${all[0]?.model.trim() ?? "unknown CPU"}, ${all.length} cores, ${gibibytes} GiB`;
}

/** What was going on before the start, one remark each. */
export function remarks(): string[] {
  const load = readFileSync("/proc/loadavg", "utf8").split(" ")[0];
  const timed = readFileSync("/proc/sys/kernel/bpf_stats_enabled", "utf8").trim() === "1";
  return [
    `load average ${load}`,
    ...(timed ? ["kernel.bpf_stats_enabled was on, which makes every BPF program slower"] : []),
    ...(existsSync(PIN_DIRECTORY) ? ["a Flowtally stack was running, whose programs burden both sides"] : []),
  ];
}
