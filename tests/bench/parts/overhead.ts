import { cpus } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Bench, Part } from "../bench.ts";
import { range, ratio, short } from "../lib/format.ts";
import { type Goal, verdict } from "../lib/goal.ts";
import { alternate, type Pair, ratioOf } from "../lib/pairs.ts";
import { median } from "../lib/stats.ts";
import type { Table } from "../lib/table.ts";
import { startSilent } from "../rig/background.ts";
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
  goals?: { tcp: Goal; connect: Goal; udp: Goal };
}

export const overhead: Part = {
  name: "overhead",
  run: async (bench) => {
    const programs = await buildPrograms(bench);
    await using network = await createNetwork(cpus().length);
    await using workloads = await startWorkloads(programs, network, bench);
    const contenders = contendersOf(programs, network, bench);
    const tables: Table[] = [];
    for (const key of ["tcp", "connect", "udp"] as const) {
      tables.push(await compare(workloads[key], key, contenders, bench));
    }
    return { title: "Overhead on the network", method: method(bench), tables };
  },
};

function method({ scale }: Bench): string[] {
  return [
    `Two network namespaces joined by a veth pair, the client pinned to CPU 0, the server to CPU 1 (where there are two).
For each row pairs of ${scale.loadSeconds} s without and ${scale.loadSeconds} s with it, alternating: ${scale.pairs} where there is a goal, ${scale.fewPairs} elsewhere; on ÷ off is the median of the pairs' ratios.
flow-tracer runs with the real flow-exporter reading it every second. "flow-tracer alone" has its pins copied to /dev/null instead: the kernel's share. "nothing" is the same measured against itself: what noise alone does. Each pair waits until the CPUs are idle.`,
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
  const connection = { tcp: { least: 0.99 }, connect: { least: 0.97 } };
  return [
    { name: "nothing", start: async () => new AsyncDisposableStack() },
    { name: "flow-tracer alone, UDP off", start: () => tracerAlone(programs, bench) },
    { name: "Flowtally, UDP off", start: () => flowtally(false), goals: { ...connection, udp: { least: 0.99 } } },
    { name: "Flowtally, UDP on", start: () => flowtally(true), goals: { ...connection, udp: { least: 0.9 } } },
    ...PEERS.map((peer) => ({ name: peer.name, start: () => startPeer(peer, server, bench) })),
  ];
}

/** The kernel's part, its pins read every second to no end: what is left of the cost without the exporter's work. */
async function tracerAlone(programs: Programs, { signal }: Bench): Promise<AsyncDisposable> {
  await using parts = new AsyncDisposableStack();
  const { pins } = parts.use(await startTracer(programs.tracer, { udp: false, signal }));
  const loop = 'cd "$1"; while sleep 1; do cat closed closed_ack snapshot live > /dev/null; done';
  parts.use(await startSilent(["setpriv", "--pdeathsig", "KILL", "sh", "-c", loop, "sh", pins], async () => undefined));
  return parts.move();
}

type Key = keyof NonNullable<Contender["goals"]>;

async function compare(workload: Workload, key: Key, contenders: readonly Contender[], bench: Bench): Promise<Table> {
  await workload.run(); // warms up: page cache, neighbour tables, CPU caches
  const rows: string[][] = [];
  for (const contender of contenders) {
    const pairs = await alternate({
      pairs: contender.goals ? bench.scale.pairs : bench.scale.fewPairs,
      quiet: () => quiet(bench),
      measure: () => workload.run(),
      start: () => settled(contender, bench.signal),
      onPair: ({ off, on }, index) =>
        bench.report(`${workload.name}, ${contender.name}, pair ${index + 1}: ${ratio(on / off)}`),
    });
    rows.push(rowOf(contender.name, workload, pairs, contender.goals?.[key]));
  }
  return { title: workload.name, columns: ["", `off, ${workload.unit}`, "on", "on ÷ off", "min–max", "goal"], rows };
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

function rowOf(name: string, { scale }: Workload, pairs: readonly Pair[], goal: Goal | undefined): string[] {
  const figure = (side: keyof Pair) => short(median(pairs.map((pair) => pair[side])) / scale);
  const spread = ratioOf(pairs);
  return [name, figure("off"), figure("on"), ratio(spread.median), range(spread, ratio), verdict(spread.median, goal)];
}
