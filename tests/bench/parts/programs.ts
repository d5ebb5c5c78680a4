import { cpus } from "node:os";
import type { Bench, Part } from "../bench.ts";
import { count, short } from "../lib/format.ts";
import type { Table } from "../lib/table.ts";
import { costsOf, type ProgramCost, withBpfStats } from "../rig/bpf-stats.ts";
import { startExporter } from "../rig/exporter.ts";
import { createNetwork } from "../rig/network.ts";
import { buildPrograms } from "../rig/programs.ts";
import { startTracer, type Tracer } from "../rig/tracer.ts";
import { startWorkloads, type Workload } from "../rig/workloads.ts";

export const programs: Part = {
  name: "programs",
  run: async (bench) => {
    const built = await buildPrograms(bench);
    await using network = await createNetwork(cpus().length);
    await using workloads = await startWorkloads(built, network, bench);
    await using tracer = await startTracer(built.tracer, { udp: true, signal: bench.signal });
    await using _exporter = await startExporter(bench, tracer.pins);
    await using _stats = await withBpfStats(bench);
    const tables: Table[] = [];
    for (const workload of [workloads.tcp, workloads.connect, workloads.udp]) {
      tables.push(await costDuring(workload, tracer, bench));
    }
    return { title: "What the BPF programs cost", method: METHOD, tables };
  },
};

const METHOD = [
  `The kernel's own statistics (kernel.bpf_stats_enabled, on for this run only: taking them costs some ten nanoseconds
a run, so this run is apart from the one above), UDP on, flow-exporter reading every second. One CPU's time.`,
];

async function costDuring(workload: Workload, tracer: Tracer, bench: Bench): Promise<Table> {
  bench.report(`programs during ${workload.name}`);
  const before = new Map((await costsOf(tracer.pid)).map((cost) => [cost.id, cost]));
  const perSecond = await workload.run();
  const grown = (await costsOf(tracer.pid)).map((cost) => growth(cost, before.get(cost.id)));
  const busiest = grown.filter(({ runs }) => runs > 0).sort((a, b) => b.nanoseconds - a.nanoseconds);
  const done = perSecond * bench.scale.loadSeconds;
  const isStream = workload.unit.startsWith("Gbit");
  return {
    title: `During ${workload.name}`,
    columns: ["program", "runs", "ns a run", "ms in all", ...(isStream ? [] : ["ns each"])],
    rows: busiest.map((cost) => [...rowOf(cost), ...(isStream ? [] : [count(cost.nanoseconds / done)])]),
  };
}

function growth(after: ProgramCost, before: ProgramCost | undefined): ProgramCost {
  const runs = after.runs - (before?.runs ?? 0);
  return { ...after, runs, nanoseconds: after.nanoseconds - (before?.nanoseconds ?? 0) };
}

function rowOf({ name, runs, nanoseconds }: ProgramCost): string[] {
  return [name, count(runs), count(nanoseconds / runs), short(nanoseconds / 1e6)];
}
