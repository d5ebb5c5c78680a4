import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { waitFor } from "../../../start/lib/wait.ts";
import type { Bench, Part } from "../bench.ts";
import { count, megabytes, percent, short } from "../lib/format.ts";
import { verdict } from "../lib/goal.ts";
import { median } from "../lib/stats.ts";
import { createSyntheticHost } from "../readers/synthetic.ts";
import { startBackground } from "../rig/background.ts";
import { type Exporter, startExporter } from "../rig/exporter.ts";
import { cpuSecondsIn, usageOf } from "../rig/usage.ts";

const EVENTS_A_SECOND = 20_000;
const LOAD = path.join(import.meta.dirname, "../load/hubble-events.ts");
/** Until as much memory is in use as will be. */
const WARM_UP_MS = 10_000;
/** How much more memory may be in use at the end: what a heap goes up and down by. */
const MAX_GROWTH_BYTES = 30e6;
/** Memory that grows shows in no shorter time. */
const LEAST_SECONDS = 30;

export const hubbleRead: Part = {
  name: "hubble-read",
  run: async (bench) => {
    const rows = [await atNothing(bench), await overGrpc(bench), await fromFile(bench)];
    const columns = [
      "",
      "events/s",
      "CPU",
      "of it its main thread",
      "resident, MB",
      "after",
      "peak",
      "cycle, ms",
      "goal",
    ];
    return {
      title: "Reading Hubble",
      method: METHOD,
      tables: [{ title: "One exporter process that reads Hubble", columns, rows }],
    };
  },
};

const METHOD = [
  `The real flow-exporter process, with next to no flows of its own, told ${count(EVENTS_A_SECOND)} events a second by another process: over gRPC
as an observer does, and as lines of JSON that are written to a file. They are of a thousand edges, a fifth of them HTTP. "events/s" are those
that were counted; CPU is the share of one core; memory as the watch began, as it ended, and at most. The goal: all are counted, and
memory does not grow (${megabytes(MAX_GROWTH_BYTES)} MB at most, which a heap goes up and down by).`,
];

async function atNothing(bench: Bench): Promise<string[]> {
  bench.report("exporter that reads no events");
  const { pins, proc } = await host(bench);
  await using exporter = await startExporter(bench, pins, { FLOW_PROC: proc });
  return ["nothing is read", ...(await watch(exporter, bench, 0))];
}

async function overGrpc(bench: Bench): Promise<string[]> {
  bench.report(`exporter at ${count(EVENTS_A_SECOND)} events a second over gRPC`);
  const { pins, proc } = await host(bench);
  await using observer = await startLoad(bench, "observer");
  const settings = { FLOW_PROC: proc, FLOW_SOURCES: `kernel,hubble:127.0.0.1:${observer.line.split(" ")[1]}` };
  await using exporter = await startExporter(bench, pins, settings);
  return ["over gRPC", ...(await watch(exporter, bench, EVENTS_A_SECOND))];
}

async function fromFile(bench: Bench): Promise<string[]> {
  bench.report(`exporter at ${count(EVENTS_A_SECOND)} lines a second`);
  const { pins, proc } = await host(bench);
  const file = path.join(bench.folder, "hubble-events.log");
  await writeFile(file, "");
  await using exporter = await startExporter(bench, pins, {
    FLOW_PROC: proc,
    FLOW_SOURCES: `kernel,hubble-file:${file}`,
  });
  await using _load = await startLoad(bench, "file", file);
  const cells = await watch(exporter, bench, EVENTS_A_SECOND);
  await writeFile(file, "");
  return ["lines of a file", ...cells];
}

function host({ folder }: Bench) {
  return createSyntheticHost(path.join(folder, "hubble-host"), 10);
}

function startLoad({ signal }: Bench, kind: string, ...more: string[]) {
  const command = [process.execPath, LOAD, kind, `${EVENTS_A_SECOND}`, ...more];
  return startBackground(["setpriv", "--pdeathsig", "KILL", ...command], {
    ready: (line) => line.startsWith("ready"),
    signal,
  });
}

async function watch({ pid, url }: Exporter, { signal, scale }: Bench, rate: number): Promise<string[]> {
  await sleep(WARM_UP_MS, undefined, { signal });
  if (rate > 0) await someEvents(url, signal);
  const before = { ...usageOf(pid), ...(await ask(url)), main: mainCpuSeconds(pid), ms: performance.now() };
  const cycles: number[] = [];
  for (let second = 0; second < Math.max(LEAST_SECONDS, scale.watchSeconds); second++) {
    await sleep(1_000, undefined, { signal });
    cycles.push((await ask(url)).cycleSeconds * 1_000);
  }
  const after = { ...usageOf(pid), ...(await ask(url)), main: mainCpuSeconds(pid), ms: performance.now() };
  const seconds = (after.ms - before.ms) / 1_000;
  const eventsPerSecond = (after.events - before.events) / seconds;
  const growth = after.residentBytes - before.residentBytes;
  return [
    count(eventsPerSecond),
    percent((after.cpuSeconds - before.cpuSeconds) / seconds),
    percent((after.main - before.main) / seconds),
    megabytes(before.residentBytes),
    megabytes(after.residentBytes),
    megabytes(after.peakBytes),
    short(median(cycles)),
    rate === 0
      ? ""
      : `${verdict(Math.round(eventsPerSecond), { least: rate * 0.99 })}; ${verdict(growth / 1e6, { most: MAX_GROWTH_BYTES / 1e6 })} MB`,
  ];
}

function someEvents(url: string, signal: AbortSignal): Promise<void> {
  const wait = { name: "events of Hubble's", deadlineMs: 20_000, everyMs: 250, signal, code: "BENCH_HUBBLE" };
  return waitFor({ ...wait, fix: "run the exporter's own tests" }, async () => {
    if ((await ask(url)).events === 0) throw new Error("none has been counted");
  });
}

/** The thread that has the process' own number. */
function mainCpuSeconds(pid: number): number {
  return cpuSecondsIn(readFileSync(`/proc/${pid}/task/${pid}/stat`, "utf8"));
}

async function ask(url: string): Promise<{ events: number; cycleSeconds: number }> {
  const text = await (await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(10_000) })).text();
  const events = text.matchAll(/^flow_hubble_flows_total\{.*\} (\S+)$/gm);
  return {
    events: Array.from(events, ([, value]) => Number(value)).reduce((sum, value) => sum + value, 0),
    cycleSeconds: Number(/^flow_collect_duration_seconds (\S+)$/m.exec(text)?.[1]),
  };
}
