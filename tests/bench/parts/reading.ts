import { cpus } from "node:os";
import { setImmediate as nextTurn } from "node:timers/promises";
import { execa } from "execa";
import type { Bench, Part } from "../bench.ts";
import { count, range, short } from "../lib/format.ts";
import { collectGarbage } from "../lib/garbage.ts";
import { verdict } from "../lib/goal.ts";
import { median, spreadOf } from "../lib/stats.ts";
import type { Table } from "../lib/table.ts";
import { timed } from "../lib/timed.ts";
import { type Cycle, createCycles } from "../readers/flowtally.ts";
import { type Tool, toolsFor } from "../readers/tools.ts";
import { Sockets } from "../rig/hold.ts";
import { createNetwork, type Namespace } from "../rig/network.ts";
import { buildPrograms } from "../rig/programs.ts";
import { startTracer } from "../rig/tracer.ts";

/** For 100,000 sockets. */
const GOAL_MS = 80;
const GOAL_TIMES_FASTER = 10;

interface Reading {
  sockets: number;
  first: number;
  cycles: Cycle[];
  /** Milliseconds of each repetition, in the order of the tools. */
  tools: { tool: Tool; ms: number[] }[];
}

export const reading: Part = {
  name: "reading",
  run: async (bench) => {
    const built = await buildPrograms(bench);
    await using network = await createNetwork(cpus().length);
    await trackConnections(network.client);
    await using tracer = await startTracer(built.tracer, { udp: false, signal: bench.signal });
    await using sockets = new Sockets(built.hold, network.client, bench);
    const readings: Reading[] = [];
    for (const size of bench.scale.sockets) {
      await sockets.growTo(size);
      bench.report(`reading ${count(sockets.open)} sockets`);
      readings.push(await readAll(sockets, network.client, tracer.pins, bench));
    }
    return {
      title: "Reading live sockets",
      method: method(bench, sockets),
      tables: [cycleTable(readings), toolTable(readings)],
    };
  },
};

function method({ scale }: Bench, sockets: Sockets): string[] {
  const asked = scale.sockets.at(-1) ?? 0;
  const fewer = sockets.open < asked ? ` This machine lets ${count(sockets.open)} be opened of ${count(asked)}.` : "";
  return [
    `TCP connections on the loopback of a network namespace, both ends counted, 100 bytes each way.${fewer}
Medians of ${scale.repetitions} repetitions, in milliseconds; the exporter's own modules in one process, without Docker.
The sockets rest meanwhile, as most do from one second to the next. Garbage is collected before each measurement.`,
    `"read" is the pins snapshot and live; "decode and join" is what the exporter makes of their rows: flows, owners, edges and totals;
"others" the pins beside (status, processes, closed flows …); "first" the first cycle, where all sockets are new.`,
    `The others are started, read to the end and parsed into objects with addresses, ports and bytes. conntrack has accounting on
(off is the kernel's default: no bytes), tells whole packets, headers included, and one entry for both ends; /proc/net/tcp has no bytes.`,
  ];
}

/** Connection tracking only works in a namespace that has a rule which asks for it. */
async function trackConnections({ name }: Namespace): Promise<void> {
  const inside = ["netns", "exec", name];
  await execa("ip", [...inside, "iptables", "-A", "INPUT", "-m", "conntrack", "--ctstate", "NEW", "-j", "ACCEPT"]);
  await execa("ip", [...inside, "sysctl", "-q", "net.netfilter.nf_conntrack_acct=1"]);
}

async function readAll(
  sockets: Sockets,
  namespace: Namespace,
  pins: string,
  { scale, signal }: Bench,
): Promise<Reading> {
  const cycle = createCycles(pins);
  const first = timed(cycle).ms;
  const tools = toolsFor(namespace, sockets).map((tool) => ({ tool, ms: [] as number[] }));
  const cycles: Cycle[] = [];
  for (let repetition = 0; repetition < scale.repetitions; repetition++) {
    await nextTurn(); // all else is synchronous: only here a Ctrl-C is heard
    signal.throwIfAborted();
    collectGarbage();
    cycles.push(cycle());
    for (const { tool, ms } of tools) {
      collectGarbage();
      ms.push(timed(() => expectAll(tool, sockets.open)).ms);
    }
  }
  return { sockets: sockets.open, first, cycles, tools };
}

/** A reading that misses sockets would be no comparison. @throws Error */
function expectAll(tool: Tool, sockets: number): void {
  const expected = tool.entriesPerConnection === 1 ? sockets / 2 : sockets;
  const found = tool.read();
  if (found < expected) throw new Error(`${tool.name} has ${found} entries, expected ${expected}`);
}

function cycleTable(readings: readonly Reading[]): Table {
  return {
    title: "Flowtally, by step",
    columns: ["sockets", "read", "decode and join", "together", "min–max", "µs a socket", "others", "first", "goal"],
    rows: readings.map((one) => {
      const step = (key: keyof Cycle) => median(one.cycles.map((cycle) => cycle[key]));
      const together = togetherOf(one);
      const goal = one.sockets >= 100_000 ? verdict(together.median, { most: GOAL_MS }) : "";
      const each = (together.median * 1_000) / one.sockets;
      return [
        count(one.sockets),
        short(step("read")),
        short(step("join")),
        short(together.median),
        range(together, short),
        short(each),
        short(step("others")),
        short(one.first),
        goal,
      ];
    }),
  };
}

function togetherOf({ cycles }: Reading) {
  return spreadOf(cycles.map(({ read, join }) => read + join));
}

function toolTable(readings: readonly Reading[]): Table {
  const names = readings[0]?.tools.map(({ tool }) => tool.name) ?? [];
  const ratios = names.map((name) => `${name} ÷ Flowtally`);
  return {
    title: "Beside the others, milliseconds",
    columns: ["sockets", "Flowtally", ...names, ...ratios, "goal for those with bytes"],
    rows: readings.map((one) => {
      const own = togetherOf(one).median;
      const others = one.tools.map(({ tool, ms }) => ({ tool, ms: median(ms) }));
      const fastest = Math.min(...others.filter(({ tool }) => tool.givesBytes).map(({ ms }) => ms));
      const times = others.map(({ ms }) => `${short(ms / own)} ×`);
      const goal = verdict(fastest / own, { least: GOAL_TIMES_FASTER });
      return [count(one.sockets), short(own), ...others.map(({ ms }) => short(ms)), ...times, goal];
    }),
  };
}
