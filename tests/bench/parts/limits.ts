import { cpus } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import type { Status } from "../../../exporters/flow-exporter/model/tracer-status.ts";
import { createTracer } from "../../../exporters/flow-exporter/sources/kernel/pins/tracer.ts";
import { FlowRows } from "../../../exporters/flow-exporter/sources/kernel/rows/flow-rows.ts";
import { UDP_ROW } from "../../../exporters/flow-exporter/sources/kernel/rows/layout.ts";
import { decodeStatus } from "../../../exporters/flow-exporter/sources/kernel/rows/status-row.ts";
import { UdpRows } from "../../../exporters/flow-exporter/sources/kernel/rows/udp-rows.ts";
import type { Bench, Part } from "../bench.ts";
import { count, megabytes } from "../lib/format.ts";
import type { Table } from "../lib/table.ts";
import { type Exporter, startExporter } from "../rig/exporter.ts";
import { Sockets } from "../rig/hold.ts";
import { remarks } from "../rig/machine.ts";
import { createNetwork } from "../rig/network.ts";
import { buildPrograms, type Programs } from "../rig/programs.ts";
import { startTracer } from "../rig/tracer.ts";
import { usageOf } from "../rig/usage.ts";
import { startWorkloads } from "../rig/workloads.ts";

const SOCKETS = [100_000, 200_000];
/** Connections a second, and seconds from one cycle of the exporter to the next. */
const CALLS = [
  ...[5_000, 10_000, 15_000, 20_000, 25_000, 30_000, 40_000].map((rate) => ({ rate, every: 1 })),
  { rate: 40_000, every: 10 },
];
const PEERS_A_SECOND = [2_000, 4_000, 8_000, 16_000];
const FLOOD = { peers: 200_000, aSecond: 45_000 };
const NEIGHBOURS = { count: 50, peers: 20 };
/** Longer than all rings last at the largest rate. */
const LOAD_SECONDS = 10;
/** What ended last waits for a cycle, and for its other end. */
const SETTLE_MS = 5_000;

export const limits: Part = {
  name: "limits",
  standsAlone: true,
  run: async (bench) => {
    const method = [`Before the start: ${remarks().join("; ")}.`, ...METHOD];
    const built = await buildPrograms(bench);
    return {
      title: "How much goes without loss",
      method,
      tables: [await liveSockets(built, bench), await connections(built, bench), await datagrams(built, bench)],
    };
  },
};

const METHOD = [
  `flow-tracer with the tables it chooses for this machine (live sockets: with FLOW_MAX_FLOWS of that number), and the real
flow-exporter on the same CPUs, reading every second where nothing else is said. "lost" is what both say they lost, of any kind, from the start of the
load until a cycle and ${SETTLE_MS / 1_000} s after it; "counted" what is in the exporter's totals then. Peak is the exporter's resident
memory. A connection has both its ends here: two rows each.`,
  `Connections: four callers, ${LOAD_SECONDS} s at each rate, 64 bytes each way. Where fewer were made than asked for, the
machine made no more beside the two that watch.`,
  `UDP: a datagram to each of so many peers, in a network namespace of its own, for ${LOAD_SECONDS} s; the pin is read every
second. The flood is one of ${count(FLOOD.peers)} peers, ${count(FLOOD.aSecond)} a second, while ${NEIGHBOURS.count} other
namespaces send to ${NEIGHBOURS.peers} peers each: its own row says what it lost, theirs what they did.`,
];

async function liveSockets(built: Programs, bench: Bench): Promise<Table> {
  const rows: string[][] = [];
  for (const size of SOCKETS) {
    bench.report(`limits: ${count(size)} sockets`);
    await using network = await createNetwork(cpus().length);
    // some of the machine's own are there too
    await using tracer = await startTracer(built.tracer, { udp: false, maxFlows: size + 500, signal: bench.signal });
    await using sockets = new Sockets(built.hold, network.client, bench);
    await sockets.growTo(size);
    await using exporter = await startExporter(bench, tracer.pins);
    await sleep(SETTLE_MS, undefined, { signal: bench.signal });
    const { shown, lost } = await told(exporter);
    const { tableBytes } = statusOf(tracer.pins);
    rows.push([count(sockets.open), count(shown), count(lost), megabytes(tableBytes), peakOf(exporter)]);
  }
  return { title: "Live sockets", columns: ["open", "shown", "lost", "tables, MB", "peak, MB"], rows };
}

async function connections(built: Programs, bench: Bench): Promise<Table> {
  await using network = await createNetwork(cpus().length);
  await using workloads = await startWorkloads(built, network, bench);
  await using tracer = await startTracer(built.tracer, { udp: false, signal: bench.signal });
  const rows: string[][] = [];
  for (const { rate, every } of CALLS) {
    bench.report(`limits: ${count(rate)} connections a second, read every ${every} s`);
    await using exporter = await startExporter(bench, tracer.pins, { FLOW_COLLECT_SECONDS: `${every}` });
    const before = await told(exporter);
    const made = await workloads.connectAt(rate, LOAD_SECONDS);
    await sleep(SETTLE_MS + every * 1_000, undefined, { signal: bench.signal });
    const after = await told(exporter);
    rows.push([
      `${count(rate)}, every ${every} s`,
      count(made),
      count((after.opened - before.opened) / LOAD_SECONDS),
      count(after.lost - before.lost),
      megabytes(statusOf(tracer.pins).tableBytes),
      peakOf(exporter),
    ]);
  }
  const columns = [
    "asked for a second, read",
    "made, a second",
    "counted, a second",
    "lost in all",
    "tables, MB",
    "peak, MB",
  ];
  return { title: "Connections a second", columns, rows };
}

async function datagrams(built: Programs, bench: Bench): Promise<Table> {
  const rows: string[][] = [];
  for (const rate of PEERS_A_SECOND) {
    bench.report(`limits: ${count(rate)} new UDP peers a second`);
    await using tracer = await startTracer(built.tracer, { udp: true, signal: bench.signal });
    const [own] = await scatterAll(built, tracer.pins, bench, [{ peers: rate * LOAD_SECONDS, rate }]);
    rows.push([`${count(rate)} new peers a second`, ...(own ?? [])]);
  }
  bench.report("limits: a flood of UDP");
  await using tracer = await startTracer(built.tracer, { udp: true, signal: bench.signal });
  const neighbours = Array.from({ length: NEIGHBOURS.count }, () => ({ peers: NEIGHBOURS.peers, rate: 5 }));
  const [flood, ...others] = await scatterAll(built, tracer.pins, bench, [
    { peers: FLOOD.peers, rate: FLOOD.aSecond },
    ...neighbours,
  ]);
  const sum = [0, 1, 2].map((column) =>
    count(others.reduce((all, cells) => all + Number(cells[column]?.replaceAll(",", "")), 0)),
  );
  rows.push(["the flood", ...(flood ?? [])], ["its neighbours", ...sum]);
  return { title: "UDP", columns: ["", "datagrams sent", "counted", "not counted"], rows };
}

interface Scatter {
  peers: number;
  rate: number;
}

/** Runs them together, and reads the pin every second until they have ended: what was sent, counted and missing of each. */
async function scatterAll(built: Programs, pins: string, bench: Bench, all: readonly Scatter[]): Promise<string[][]> {
  const seen = new Map<number, Set<number>>();
  const tracer = createTracer(pins);
  const look = () => {
    const bytes = tracer.udp();
    const [entries, sockets] = [new UdpRows(bytes), new FlowRows(bytes, UDP_ROW)];
    for (let row = 0; row < entries.length; row++) {
      if (entries.sentBytes(row) === 0) continue;
      const socket = sockets.key(row);
      seen.set(socket, (seen.get(socket) ?? new Set()).add(entries.key(row)));
    }
  };
  const timer = setInterval(look, 1_000);
  try {
    const cookies = await Promise.all(all.map((each) => scatter(built.scatter, each, bench.signal)));
    look();
    return cookies.map((cookie, index) => {
      const sent = all[index]?.peers ?? 0;
      const shown = seen.get(cookie)?.size ?? 0;
      return [count(sent), count(shown), count(sent - shown)];
    });
  } finally {
    clearInterval(timer);
  }
}

async function scatter(program: string, { peers, rate }: Scatter, cancelSignal: AbortSignal): Promise<number> {
  const { stdout } = await execa(program, [`${peers}`, "64", `${rate}`], { timeout: 60_000, cancelSignal });
  return Number(stdout);
}

function statusOf(pins: string): Status {
  return decodeStatus(createTracer(pins).status());
}

function peakOf({ pid }: Exporter): string {
  return megabytes(usageOf(pid).peakBytes);
}

/** What the exporter says: sockets shown, connections counted, and all that was lost. */
async function told({ url }: Exporter): Promise<{ shown: number; opened: number; lost: number }> {
  const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(30_000) });
  const text = await answer.text();
  const sum = (name: string) =>
    [...text.matchAll(new RegExp(`^${name}(?:{.*})? (\\S+)$`, "gm"))].reduce(
      (all, [, value]) => all + Number(value),
      0,
    );
  return {
    shown: sum("flow_rows"),
    opened: sum("flow_connections_opened_total"),
    lost: sum("flow_lost_flows_total"),
  };
}
