import { readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";

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
    ...(pinsAreMounted() ? ["a Flowtally stack was running, whose programs burden both sides"] : []),
  ];
}

/** The engine mounts the pins' file system while a stack runs. */
function pinsAreMounted(): boolean {
  return /_flow-pins\/\S+ bpf /.test(readFileSync("/proc/mounts", "utf8"));
}
