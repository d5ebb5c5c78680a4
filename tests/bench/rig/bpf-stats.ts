import { mkdir } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { createDocker } from "../../../start/lib/docker.ts";
import { enableBpfStats, restoreBpfStats } from "../../../start/stack/bpf-stats.ts";
import { otherStacks } from "../../../start/stack/containers.ts";
import { layoutOf } from "../../../start/stack/layout.ts";
import type { Bench } from "../bench.ts";

/** What the kernel counted of one program. */
export interface ProgramCost {
  id: number;
  name: string;
  runs: number;
  nanoseconds: number;
}

/** The benchmark is no stack: all there are are others. */
const NONE = "";

/** Switches the kernel's statistics of BPF programs on until disposed of; a killed run's switch is put back first. */
export async function withBpfStats({ host, projectRoot, folder }: Bench): Promise<AsyncDisposable> {
  const layout = { ...layoutOf(projectRoot), state: path.join(folder, "state.json") };
  await mkdir(folder, { recursive: true });
  const restore = async () =>
    restoreBpfStats(host, layout, await otherStacks(createDocker(host), NONE).catch(() => []));
  await restore();
  await enableBpfStats(host, layout);
  return { [Symbol.asyncDispose]: restore };
}

/** The programs a process holds, as counted so far. */
export async function costsOf(pid: number): Promise<ProgramCost[]> {
  const held = await idsHeldBy(pid);
  const { stdout } = await execa("bpftool", ["-j", "prog", "show"]);
  const listed = JSON.parse(stdout) as { id: number; name?: string; run_cnt?: number; run_time_ns?: number }[];
  return listed
    .filter(({ id }) => held.has(id))
    .map(({ id, name = "", run_cnt = 0, run_time_ns = 0 }) => ({ id, name, runs: run_cnt, nanoseconds: run_time_ns }));
}

async function idsHeldBy(pid: number): Promise<Set<number>> {
  const { stdout } = await execa("sh", ["-c", 'cat "/proc/$1/fdinfo/"*', "sh", `${pid}`], { reject: false });
  return new Set([...stdout.matchAll(/^prog_id:\s*(\d+)$/gm)].map((match) => Number(match[1])));
}
