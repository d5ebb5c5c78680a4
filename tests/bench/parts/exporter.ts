import { cpus } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Bench, Part } from "../bench.ts";
import { count, megabytes, percent, short } from "../lib/format.ts";
import { median } from "../lib/stats.ts";
import { type Exporter, startExporter } from "../rig/exporter.ts";
import { Sockets } from "../rig/hold.ts";
import { createNetwork, type Network } from "../rig/network.ts";
import { buildPrograms, type Programs } from "../rig/programs.ts";
import { startTracer, type Tracer } from "../rig/tracer.ts";
import { usageOf } from "../rig/usage.ts";
import { startWorkloads } from "../rig/workloads.ts";

const CONNECTIONS_A_SECOND = 10_000;

export const exporter: Part = {
  name: "exporter",
  run: async (bench) => {
    const built = await buildPrograms(bench);
    await using network = await createNetwork(cpus().length);
    await using tracer = await startTracer(built.tracer, { udp: false, signal: bench.signal });
    const rows = [...(await atSizes(built, network, tracer, bench)), await atRate(built, network, tracer, bench)];
    const columns = ["", "CPU", "resident, MB", "files of it, MB", "at its peak, MB", "cycle, ms", "/metrics, ms"];
    return {
      title: "What the exporter uses",
      method: method(bench),
      tables: [{ title: "One exporter process", columns, rows }],
    };
  },
};

function method({ scale }: Bench): string[] {
  return [
    `The real flow-exporter process on this host, reading every second, watched for ${scale.watchSeconds} s once it has read all.
CPU is the share of one core; the cycle is its own flow_collect_duration_seconds, the median of what was asked each second.
"files" are Node's own program and libraries, which every process that runs them shares, and which the kernel can drop.`,
  ];
}

async function atSizes(built: Programs, network: Network, tracer: Tracer, bench: Bench): Promise<string[][]> {
  await using sockets = new Sockets(built.hold, network.client, bench);
  const rows: string[][] = [];
  for (const size of bench.scale.sockets) {
    await sockets.growTo(size);
    bench.report(`exporter at ${count(sockets.open)} sockets`);
    await using running = await startExporter(bench, tracer.pins);
    rows.push([`${count(sockets.open)} live sockets`, ...(await watch(running, bench, sleepFor(bench)))]);
  }
  return rows;
}

async function atRate(built: Programs, network: Network, tracer: Tracer, bench: Bench): Promise<string[]> {
  bench.report(`exporter at ${count(CONNECTIONS_A_SECOND)} connections a second`);
  await using workloads = await startWorkloads(built, network, bench);
  await using running = await startExporter(bench, tracer.pins);
  let made = 0;
  const cells = await watch(running, bench, async () => {
    made = await workloads.connectAt(CONNECTIONS_A_SECOND, bench.scale.watchSeconds);
  });
  return [`${count(made)} connections/s`, ...cells];
}

function sleepFor({ scale, signal }: Bench) {
  return () => sleep(scale.watchSeconds * 1_000, undefined, { signal });
}

/** Watches the exporter while `load` goes on; asks it once a second, as Prometheus would more seldom. */
async function watch({ pid, url }: Exporter, bench: Bench, load: () => Promise<unknown>): Promise<string[]> {
  await sleep(3_000, undefined, { signal: bench.signal }); // its start is not what is measured
  const asked: Asked[] = [];
  const done = new AbortController();
  const before = usageOf(pid);
  const start = performance.now();
  const asking = askEverySecond(url, asked, AbortSignal.any([done.signal, bench.signal]));
  await load().finally(() => done.abort());
  await asking;
  const seconds = (performance.now() - start) / 1_000;
  const after = usageOf(pid);
  return [
    percent((after.cpuSeconds - before.cpuSeconds) / seconds),
    megabytes(after.residentBytes),
    megabytes(after.fileBytes),
    megabytes(after.peakBytes),
    short(median(asked.map(({ cycleSeconds }) => cycleSeconds * 1_000))),
    short(median(asked.map(({ ms }) => ms))),
  ];
}

interface Asked {
  ms: number;
  cycleSeconds: number;
}

async function askEverySecond(url: string, asked: Asked[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    asked.push(await ask(url));
    await sleep(1_000, undefined, { signal }).catch(() => undefined);
  }
}

async function ask(url: string): Promise<Asked> {
  const start = performance.now();
  const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(10_000) });
  const text = await answer.text();
  const ms = performance.now() - start;
  return { ms, cycleSeconds: Number(/^flow_collect_duration_seconds (\S+)$/m.exec(text)?.[1]) };
}
