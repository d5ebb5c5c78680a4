import { setTimeout as sleep } from "node:timers/promises";
import { waitFor } from "../../../start/lib/wait.ts";
import type { Bench, Part } from "../bench.ts";
import { count, megabytes, percent } from "../lib/format.ts";
import { verdict } from "../lib/goal.ts";
import { type Exporter, startExporter } from "../rig/exporter.ts";
import { startPods } from "../rig/pods.ts";
import { buildPrograms } from "../rig/programs.ts";
import { startTracer } from "../rig/tracer.ts";
import { type Usage, usageOf } from "../rig/usage.ts";

/** The kubelet's own bound for a node. */
const PODS = 110;
const CONNECTIONS = 20;
/** As often as the stack's Prometheus. */
const SCRAPE_MS = 5_000;
const SCRAPES = 12;
/** Until V8 has compiled what runs every second, and Docker's events of the containers' start are over. */
const WARM_MS = 60_000;
const CPU_GOAL = 0.02;
const BYTES_GOAL = 200e6;

export const agent: Part = {
  name: "agent",
  run: async (bench) => {
    const built = await buildPrograms(bench);
    bench.report(`starting ${PODS} containers`);
    await using _pods = await startPods(bench, PODS, CONNECTIONS);
    await using tracer = await startTracer(built.tracer, { udp: true, signal: bench.signal });
    await using exporter = await startExporter(bench, tracer.pins, { FLOW_UDP: "on" });
    await knowsPods(exporter, bench);
    bench.report(`letting it run for ${WARM_MS / 1_000} s`);
    await sleep(WARM_MS, undefined, { signal: bench.signal });
    bench.report(`watching for ${(SCRAPES * SCRAPE_MS) / 1_000} s`);
    const before = [usageOf(exporter.pid), usageOf(tracer.pid)];
    const start = performance.now();
    for (let scrape = 0; scrape < SCRAPES; scrape++) {
      await metricsOf(exporter);
      await sleep(SCRAPE_MS, undefined, { signal: bench.signal });
    }
    const seconds = (performance.now() - start) / 1_000;
    const after = [usageOf(exporter.pid), usageOf(tracer.pid)];
    const used = after.map((now, index) => difference(now, before[index], seconds));
    const all = { cpu: sum(used, "cpu"), bytes: sum(used, "bytes") };
    const goals = [
      verdict(all.cpu * 100, { most: CPU_GOAL * 100 }),
      verdict(all.bytes / 1e6, { most: BYTES_GOAL / 1e6 }),
    ];
    const rows = ["flow-exporter", "flow-tracer"].map((name, index) => [name, ...cells(used[index]), "", ""]);
    const columns = ["", "CPU", "resident, MB", "goal, %", "goal, MB"];
    const title = `${count(PODS)} containers with ${CONNECTIONS} connections each`;
    return {
      title: "A node full of pods",
      method: METHOD,
      tables: [{ title, columns, rows: [...rows, ["both", ...cells(all), ...goals]] }],
    };
  },
};

const METHOD = [
  `The real flow-tracer and flow-exporter on this host with its engine and ${PODS} containers, as many as a kubelet allows for, asked for
metrics every ${SCRAPE_MS / 1_000} s, for ${(SCRAPES * SCRAPE_MS) / 1_000} s after it has run for ${WARM_MS / 1_000} s. CPU is the share of one core, reading every second. A fifth of the connections
carries a request and its answer each second; every five seconds each container opens one more for a single request, closes it, and
has a datagram answered. All over loopback, in the container's network namespace. What else runs on the machine is read, too.`,
];

interface Used {
  cpu: number;
  bytes: number;
}

function difference(now: Usage, before: Usage | undefined, seconds: number): Used {
  return { cpu: (now.cpuSeconds - (before?.cpuSeconds ?? 0)) / seconds, bytes: now.residentBytes };
}

function sum(used: readonly Used[], what: keyof Used): number {
  return used.reduce((total, one) => total + one[what], 0);
}

function cells(used: Used | undefined): string[] {
  return used ? [percent(used.cpu), megabytes(used.bytes)] : ["-", "-"];
}

/** Else what is measured is how it gets to know them. */
async function knowsPods(exporter: Exporter, { signal }: Bench): Promise<void> {
  const wait = { name: "the containers", deadlineMs: 60_000, everyMs: 1_000, signal };
  await waitFor({ ...wait, code: "BENCH_PODS", fix: "run the exporter's own tests" }, async () => {
    const known = new Set((await metricsOf(exporter)).match(/flowtally-bench-pod-\d+/g)).size;
    if (known < PODS) throw new Error(`${known} of ${PODS} are known`);
  });
}

async function metricsOf({ url }: Exporter): Promise<string> {
  return (await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(10_000) })).text();
}
