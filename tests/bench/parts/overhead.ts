import { cpus } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { waitFor } from "../../../start/lib/wait.ts";
import type { Bench, Part } from "../bench.ts";
import { range, ratio, short } from "../lib/format.ts";
import { type Goal, judged } from "../lib/goal.ts";
import { meanRatio } from "../lib/interval.ts";
import { type StretchPair, stretchesOf } from "../lib/stretches.ts";
import type { Table } from "../lib/table.ts";
import { type CpuTime, cpuTimeOf, type Traffic, trafficOf } from "../rig/counters.ts";
import { createNetwork } from "../rig/network.ts";
import { buildPrograms, type Programs } from "../rig/programs.ts";
import { startSwitch } from "../rig/switch.ts";
import { type ContinuousLoad, startWorkloads } from "../rig/workloads.ts";

const STRETCH_MS = 250;
/** After a switch: the kernel frees what was detached, and puts it in again, behind the load's back. */
const SETTLE_MS = 30;
/** So many stretches of being on make a second, after which an exporter reads. */
const STRETCHES_A_READ = 1000 / STRETCH_MS;

/** What is measured of a load. */
interface Subject {
  name: string;
  /** What its rate counts. */
  unit: string;
  scale: number;
  done(traffic: Traffic): number;
  /** What its CPU time is divided among. */
  each: string;
  pieces(traffic: Traffic): number;
}

const SUBJECTS: Readonly<Record<ContinuousLoad, Subject>> = {
  tcp: {
    name: "TCP throughput",
    unit: "Gbit/s",
    scale: 1e9 / 8,
    done: ({ receivedBytes }) => receivedBytes,
    each: "packet",
    pieces: ({ packets }) => packets,
  },
  connect: {
    name: "TCP connect and close",
    unit: "thousand connections/s",
    scale: 1e3,
    done: ({ accepted }) => accepted,
    each: "connection",
    pieces: ({ accepted }) => accepted,
  },
  udp: {
    name: "UDP, 64-byte datagrams",
    unit: "thousand received/s",
    scale: 1e3,
    done: ({ datagrams }) => datagrams,
    each: "datagram",
    pieces: ({ datagrams }) => datagrams,
  },
};

/** What is switched on and off. */
interface Contender {
  name: string;
  /** Undefined: nothing is, which tells what noise alone does. */
  udp?: boolean;
  goals?: Readonly<Record<ContinuousLoad, Goal>>;
}

const TCP_GOALS = { tcp: { least: 0.99 }, connect: { least: 0.97 } };

const CONTENDERS: readonly Contender[] = [
  { name: "nothing" },
  { name: "flow-tracer, UDP off", udp: false, goals: { ...TCP_GOALS, udp: { least: 0.99 } } },
  { name: "flow-tracer, UDP on", udp: true, goals: { ...TCP_GOALS, udp: { least: 0.92 } } },
];

/** A stretch of a load. */
interface Stretch {
  /** Per second. */
  rate: number;
  /** Of a piece. */
  cpu: CpuTime;
}

export const overhead: Part = {
  name: "overhead",
  run: async (bench) => {
    const programs = await buildPrograms(bench);
    await using network = await createNetwork(cpus().length);
    await using workloads = await startWorkloads(programs, network, bench);
    const tables: Table[] = [];
    for (const load of ["tcp", "connect", "udp"] as const) {
      const subject = SUBJECTS[load];
      const read = () => trafficOf(workloads.serverPids[load], network.server.device);
      // One load for all: iperf3's server takes a while to be free for another.
      await using client = await workloads.keepUp(load);
      await flowing(subject, read, bench.signal);
      const cpu = () => cpuTimeOf([client.pid, workloads.serverPids[load]]);
      const measured: [Contender, StretchPair<Stretch>[]][] = [];
      for (const contender of CONTENDERS) {
        measured.push([contender, await compare(contender, { subject, read, cpu, programs, bench })]);
      }
      tables.push(ratesOf(load, measured), costsOf(subject, measured));
    }
    return { title: "Overhead on the network", method: method(bench), tables };
  },
};

function method({ scale }: Bench): string[] {
  return [
    `Two network namespaces joined by a veth pair, the client pinned to CPU 0, the server to CPU 1 (where there are two).
Within one load that goes on the tracer's programs are switched on and off every ${STRETCH_MS / 1000} s, ${scale.stretches} times each, in changing order:
attached and detached by their links; tables and pins stay, and the programs know nothing of it. After every second of
being on the pins are read as an exporter reads them. "nothing" is the same with nothing to switch: what noise alone does.`,
    `on ÷ off is the geometric mean of the pairs' ratios, with the bounds between which it is with a probability of 95 %. A goal is
met or missed only where both bounds are on one side of it; else the run cannot tell, and says how far off it may be.`,
    `CPU time is that of the load's processes, both ends, divided by what they did meanwhile: noise touches it less than rates. What
the kernel serves in soft interrupts is in it where it meets them; all CPUs' soft interrupts stand beside it.
TCP throughput and datagrams: iperf3, one stream. Connect and close: four callers, 64 bytes each way on each connection.`,
  ];
}

interface Comparison {
  subject: Subject;
  read(): Traffic;
  cpu(): CpuTime;
  programs: Programs;
  bench: Bench;
}

async function compare(contender: Contender, comparison: Comparison): Promise<StretchPair<Stretch>[]> {
  const { subject, programs, bench } = comparison;
  const { signal } = bench;
  await using parts = new AsyncDisposableStack();
  const { udp } = contender;
  const switched = udp === undefined ? undefined : parts.use(await startSwitch(programs, udp, signal));
  let stretches = 0;
  const pairs = await stretchesOf({
    pairs: bench.scale.stretches,
    turn: async (on) => {
      signal.throwIfAborted();
      await switched?.turn(on);
      await sleep(SETTLE_MS);
    },
    measure: (on) => {
      if (on) stretches += 1;
      const isDue = on && stretches % STRETCHES_A_READ === 0;
      return stretch(comparison, async () => isDue && (await switched?.read()));
    },
  });
  const left = bench.scale.stretches - pairs.length;
  const note = left > 0 ? `; left out, as the load stood still: ${left}` : "";
  bench.report(`${subject.name}, ${contender.name}: ${ratio(meanRatio(pairs.map(rates)).mean)}${note}`);
  return pairs;
}

async function stretch({ subject, read, cpu }: Comparison, work: () => Promise<unknown>): Promise<Stretch | undefined> {
  const before = { atMs: performance.now(), traffic: read(), cpu: cpu() };
  await Promise.all([sleep(STRETCH_MS), work()]);
  const after = { atMs: performance.now(), traffic: read(), cpu: cpu() };
  const pieces = subject.pieces(after.traffic) - subject.pieces(before.traffic);
  const done = subject.done(after.traffic) - subject.done(before.traffic);
  if (done <= 0 || pieces <= 0) return undefined;
  const each = (kind: keyof CpuTime) => (after.cpu[kind] - before.cpu[kind]) / pieces;
  return {
    rate: done / ((after.atMs - before.atMs) / 1000),
    cpu: {
      busy: each("busy"),
      user: each("user"),
      system: each("system"),
      softInterrupt: each("softInterrupt"),
    },
  };
}

/** A load takes a moment to begin. */
async function flowing(subject: Subject, read: () => Traffic, signal: AbortSignal): Promise<void> {
  const before = subject.done(read());
  const wait = { name: subject.name, deadlineMs: 10_000, everyMs: 100, signal };
  await waitFor({ ...wait, code: "BENCH_LOAD", fix: "run iperf3 by hand in two namespaces" }, async () => {
    if (subject.done(read()) === before) throw new Error("nothing goes through");
  });
}

function ratesOf(load: ContinuousLoad, measured: readonly [Contender, StretchPair<Stretch>[]][]): Table {
  const { name, unit, scale } = SUBJECTS[load];
  const rows = measured.map(([{ name, goals }, pairs]) => {
    const measuredRates = pairs.map(rates);
    const interval = meanRatio(measuredRates);
    const figure = (side: "off" | "on") => short(meanBy(measuredRates, (pair) => pair[side]) / scale);
    return [name, figure("off"), figure("on"), ratio(interval.mean), bounds(interval), judged(interval, goals?.[load])];
  });
  return { title: name, columns: ["", `off, ${unit}`, "on", "on ÷ off", "95 %", "goal"], rows };
}

function costsOf({ name, each }: Subject, measured: readonly [Contender, StretchPair<Stretch>[]][]): Table {
  const rows = measured.map(([{ name }, pairs]) => {
    const figure = (side: "off" | "on", kind: keyof CpuTime) =>
      short(meanBy(pairs, (pair) => pair[side].cpu[kind]) * 1e6);
    const kinds = ["busy", "user", "system", "softInterrupt"] as const;
    const interval = meanRatio(pairs.map(({ off, on }) => ({ off: off.cpu.busy, on: on.cpu.busy })));
    const figures = kinds.flatMap((kind) => [figure("off", kind), figure("on", kind)]);
    return [name, ...figures, ratio(interval.mean), bounds(interval)];
  });
  const columns = [
    "off",
    "on",
    "user, off",
    "on",
    "system, off",
    "on",
    "soft interrupts, off",
    "on",
    "on ÷ off",
    "95 %",
  ];
  return { title: `${name}: CPU time, µs a ${each}`, columns: ["", ...columns], rows };
}

function rates({ off, on }: StretchPair<Stretch>) {
  return { off: off.rate, on: on.rate };
}

function meanBy<T>(items: readonly T[], figureOf: (item: T) => number): number {
  return items.reduce((sum, item) => sum + figureOf(item), 0) / items.length;
}

function bounds({ low, high }: { low: number; high: number }): string {
  return range({ min: low, max: high }, ratio);
}
