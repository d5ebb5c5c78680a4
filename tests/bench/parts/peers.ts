import { cpus } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Bench, Part } from "../bench.ts";
import { range, ratio, short } from "../lib/format.ts";
import { alternate, type Pair, ratioOf } from "../lib/pairs.ts";
import { median } from "../lib/stats.ts";
import type { Table } from "../lib/table.ts";
import { startExporter } from "../rig/exporter.ts";
import { createNetwork, type Network } from "../rig/network.ts";
import { PEERS, startPeer } from "../rig/peers.ts";
import { buildPrograms, type Programs } from "../rig/programs.ts";
import { waitForQuiet } from "../rig/quiet.ts";
import { startTracer } from "../rig/tracer.ts";
import { startWorkloads, type Workload } from "../rig/workloads.ts";

/** What starting took is over by then: the exporter's first reads, its code being compiled, pages being freed. */
const SETTLE_MS = 3_000;

/** Something that may slow the network down. */
interface Contender {
  name: string;
  start(): Promise<AsyncDisposable>;
}

export const peers: Part = {
  name: "peers",
  run: async (bench) => {
    const programs = await buildPrograms(bench);
    await using network = await createNetwork(cpus().length);
    await using workloads = await startWorkloads(programs, network, bench);
    const contenders = contendersOf(programs, network, bench);
    const tables: Table[] = [];
    for (const key of ["tcp", "connect", "udp"] as const) {
      tables.push(await compare(workloads[key], contenders, bench));
    }
    return { title: "Beside per-packet tools", method: method(bench), tables };
  },
};

function method({ scale }: Bench): string[] {
  return [
    `Two network namespaces joined by a veth pair, the client pinned to CPU 0, the server to CPU 1 (where there are two).
For each row ${scale.pairs} pairs of ${scale.loadSeconds} s without and ${scale.loadSeconds} s with it, alternating; on ÷ off is the median of the pairs' ratios.
Flowtally runs with the real flow-exporter reading it every second. "nothing" is the same measured against itself: what noise alone does. Each pair waits until the CPUs are idle. What differs by a few per cent, these few pairs do not tell apart: see above.`,
    "TCP throughput and datagrams: iperf3, one stream. Connect and close: four callers, 64 bytes each way on each connection.",
  ];
}

function contendersOf(programs: Programs, { server }: Network, bench: Bench): Contender[] {
  const flowtally = async (udp: boolean) => {
    await using parts = new AsyncDisposableStack();
    const tracer = parts.use(await startTracer(programs.tracer, { udp, signal: bench.signal }));
    parts.use(await startExporter(bench, tracer.pins));
    return parts.move();
  };
  return [
    { name: "nothing", start: async () => new AsyncDisposableStack() },
    { name: "Flowtally, UDP off", start: () => flowtally(false) },
    { name: "Flowtally, UDP on", start: () => flowtally(true) },
    ...PEERS.map((peer) => ({ name: peer.name, start: () => startPeer(peer, server, bench) })),
  ];
}

async function compare(workload: Workload, contenders: readonly Contender[], bench: Bench): Promise<Table> {
  await workload.run(); // warms up: page cache, neighbour tables, CPU caches
  const rows: string[][] = [];
  for (const contender of contenders) {
    const pairs = await alternate({
      pairs: bench.scale.pairs,
      quiet: () => quiet(bench),
      measure: () => workload.run(),
      start: () => settled(contender, bench.signal),
      onPair: ({ off, on }, index) =>
        bench.report(`${workload.name}, ${contender.name}, pair ${index + 1}: ${ratio(on / off)}`),
    });
    rows.push(rowOf(contender.name, workload, pairs));
  }
  return { title: workload.name, columns: ["", `off, ${workload.unit}`, "on", "on ÷ off", "min–max"], rows };
}

async function quiet({ signal, report }: Bench): Promise<void> {
  if (!(await waitForQuiet(signal))) report("other programs keep the CPUs busy: the next pair says little");
}

async function settled(contender: Contender, signal: AbortSignal): Promise<AsyncDisposable> {
  await using parts = new AsyncDisposableStack();
  parts.use(await contender.start());
  await sleep(SETTLE_MS, undefined, { signal });
  return parts.move();
}

function rowOf(name: string, { scale }: Workload, pairs: readonly Pair[]): string[] {
  const figure = (side: keyof Pair) => short(median(pairs.map((pair) => pair[side])) / scale);
  const spread = ratioOf(pairs);
  return [name, figure("off"), figure("on"), ratio(spread.median), range(spread, ratio)];
}
