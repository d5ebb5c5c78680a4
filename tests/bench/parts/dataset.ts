import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { KERNEL_PART_LABEL } from "../../../start/dataset/containers.ts";
import { createDocker } from "../../../start/lib/docker.ts";
import type { Bench, Part } from "../bench.ts";
import { count, megabytes, percent } from "../lib/format.ts";
import { verdict } from "../lib/goal.ts";
import { median } from "../lib/stats.ts";
import { startBackground } from "../rig/background.ts";
import { costsOf, withBpfStats } from "../rig/bpf-stats.ts";
import { startPods } from "../rig/pods.ts";
import { usageOf } from "../rig/usage.ts";

const PODS = 8;
const CONNECTIONS = 20;
const CPU_GOAL = 0.02;
/** Of `watchSeconds`. */
const WATCHES = 5;
/** Until V8 has compiled what runs twenty times a second. */
const WARM_MS = 10_000;
const ENGINE = "dockerd";

export const dataset: Part = {
  name: "dataset",
  run: async (bench) => {
    bench.report(`starting ${PODS} containers`);
    await using _pods = await startPods(bench, PODS, CONNECTIONS);
    await using _stats = await withBpfStats(bench);
    const engine = await pidOf(ENGINE);
    bench.report("watching the engine without a recording");
    const without = await engineShare(bench, engine, bench.scale.watchSeconds * WATCHES);
    const out = await mkdtemp(path.join(tmpdir(), "flowtally-bench-dataset-"));
    try {
      const { used, programs, ofEngine } = await recorded(bench, out, engine);
      const [recorder, kernelPart] = used;
      const more = Math.max(0, ofEngine - without);
      const all = (recorder?.cpu ?? 0) + (kernelPart?.cpu ?? 0) + more + programs;
      const rows = [
        ["recorder: sampler and lines", percent(recorder?.cpu ?? 0), megabytes(recorder?.bytes ?? 0), ""],
        ["kernel part: its process", percent(kernelPart?.cpu ?? 0), megabytes(kernelPart?.bytes ?? 0), ""],
        ["kernel part: its BPF programs", percent(programs), "-", ""],
        [`${ENGINE}, without`, percent(without), "-", ""],
        [`${ENGINE}, with`, percent(ofEngine), "-", ""],
        ["all that recording adds", percent(all), "-", verdict(all * 100, { most: CPU_GOAL * 100 })],
      ];
      const title = `${count(PODS)} containers with ${CONNECTIONS} connections each`;
      const columns = ["", "CPU", "resident, MB", "goal, %"];
      return { title: "Recording a data set", method: METHOD, tables: [{ title, columns, rows }] };
    } finally {
      await rm(out, { recursive: true, force: true });
    }
  },
};

const METHOD = [
  `\`npm run dataset -- record\`, every 50 ms, of ${PODS} containers on this host with its engine, \`--columns all\`. CPU is the share of one
core. A fifth of the connections carries a request and its answer each second; every five seconds each container opens one more
for a single request, closes it, and has a datagram answered. The engine is measured before, without a recording, and during it, as
the median of its seconds. The BPF
programs run in those who send and receive; the kernel's own statistics say for how long, and taking them costs some ten nanoseconds a run.`,
];

interface Used {
  cpu: number;
  bytes: number;
}

async function recorded(bench: Bench, out: string, engine: number) {
  const { host, projectRoot, signal } = bench;
  const pods = Array.from({ length: PODS }, (_, number) => `flowtally-bench-pod-${number}`).join();
  const words = ["--job", "bench", "--out", out, "--duration", "1h", "--columns", "all", "--containers", pods];
  const command = [process.execPath, path.join(projectRoot, "start.ts"), "dataset", "record", ...words];
  await using recorder = await startBackground(command, { ready: (line) => line === "recording", signal });
  const filters = { label: [`${KERNEL_PART_LABEL}=${recorder.pid}`] };
  const [part] = await createDocker(host).listContainers({ filters });
  const { State } = await createDocker(host)
    .getContainer(part?.Id ?? "")
    .inspect();
  bench.report(`letting it record for ${WARM_MS / 1_000} s, then watching`);
  await sleep(WARM_MS, undefined, { signal });
  return await watch(bench, [recorder.pid, State.Pid], State.Pid, engine);
}

/** Of the engine the middle of many seconds counts: what else it is asked for meanwhile is no part of this. */
async function engineShare({ signal }: Bench, pid: number, seconds: number): Promise<number> {
  const shares: number[] = [];
  for (let second = 0; second < seconds; second++) {
    const [before, start] = [runNanoseconds(pid), performance.now()];
    await sleep(1_000, undefined, { signal });
    shares.push((runNanoseconds(pid) - before) / 1e6 / (performance.now() - start));
  }
  return median(shares);
}

/** CPU time of all threads: a second is too short for the hundredths that /proc/PID/stat counts in. */
function runNanoseconds(pid: number): number {
  const folder = `/proc/${pid}/task`;
  const times = readdirSync(folder).map((thread) => readFileSync(`${folder}/${thread}/schedstat`, "latin1"));
  return times.reduce((sum, text) => sum + Number(text.split(" ")[0]), 0);
}

/** What processes use for a while, and the BPF programs of one of them; 0: none. */
async function watch(bench: Bench, pids: readonly number[], holder: number, engine: number) {
  const [before, programsBefore] = [pids.map(usageOf), await nanosecondsOf(holder)];
  const start = performance.now();
  const ofEngine = await engineShare(bench, engine, bench.scale.watchSeconds * WATCHES);
  const seconds = (performance.now() - start) / 1_000;
  const used = pids.map((pid, index): Used => {
    const now = usageOf(pid);
    return { cpu: (now.cpuSeconds - (before[index]?.cpuSeconds ?? 0)) / seconds, bytes: now.residentBytes };
  });
  return { used, ofEngine, programs: ((await nanosecondsOf(holder)) - programsBefore) / 1e9 / seconds };
}

async function nanosecondsOf(pid: number): Promise<number> {
  return pid === 0 ? 0 : (await costsOf(pid)).reduce((sum, { nanoseconds }) => sum + nanoseconds, 0);
}

async function pidOf(name: string): Promise<number> {
  const { stdout } = await execa("pgrep", ["--exact", "--oldest", name]);
  return Number(stdout);
}
