import { createEdge } from "../../../exporters/flow-exporter/model/edge.ts";
import type { Endpoint } from "../../../exporters/flow-exporter/model/endpoint.ts";
import { createEdgeText } from "../../../exporters/flow-exporter/outputs/prometheus/edge-text.ts";
import { TextBuffer } from "../../../exporters/flow-exporter/outputs/prometheus/text-buffer.ts";
import { createTotal, type EdgeTotal } from "../../../exporters/flow-exporter/totals/edge-total.ts";
import { BUCKETS, observe } from "../../../exporters/flow-exporter/totals/histogram.ts";
import { count, megabytes, range, short } from "../lib/format.ts";
import { collectGarbage } from "../lib/garbage.ts";
import { spreadOf } from "../lib/stats.ts";
import type { Table } from "../lib/table.ts";
import { EdgeRegistry } from "../readers/edge-registry.ts";

const WARM_UPS = 5;
const PORTS = 10;
/** An edge that is idle keeps its lines; nine of ten are, on most hosts. */
const BUSY_EDGES = 0.1;

/** Writes the series of edges, whose totals others change meanwhile. */
interface Writer {
  name: string;
  /** Hears of what the histograms of `total` get. */
  observed(total: EdgeTotal, values: Readonly<Record<string, number>>): void;
  /** Makes the text, and returns its length. */
  write(): Promise<number>;
}

const WRITERS = [byHand, byRegistry];

/** How long the series of as many edges take to be written, by hand and by prom-client, in turn in one process. */
export async function edgeWriters(edges: number, repetitions: number): Promise<Table> {
  const heaps: number[] = [];
  for (const create of WRITERS) heaps.push(await heapOf(create, edges));
  const rows: string[][] = [];
  for (const share of [BUSY_EDGES, 1]) {
    const totals = manyTotals(edges);
    const writers = WRITERS.map((create) => create(totals));
    for (const total of totals) fill(total, writers, 1);
    const times = await inTurn(writers, totals.slice(0, edges * share), repetitions);
    for (const [index, { name, spread }] of times.entries()) {
      const { median } = spread;
      rows.push([name, `${share * 100} %`, short(median), range(spread, short), megabytes(heaps[index] ?? 0)]);
    }
  }
  const columns = ["writer", "edges in use", "ms", "min–max", "heap, MB"];
  return { title: `The series of ${count(edges)} edges`, columns, rows };
}

/** Bytes that a writer keeps once it has written all edges. */
async function heapOf(create: (totals: readonly EdgeTotal[]) => Writer, edges: number): Promise<number> {
  const totals = manyTotals(edges);
  const before = heapUsed();
  const writer = create(totals);
  for (const total of totals) fill(total, [writer], 1);
  await writer.write();
  const bytes = heapUsed() - before;
  // It must not have been collected until here.
  await writer.write();
  return bytes;
}

async function inTurn(writers: readonly Writer[], busy: readonly EdgeTotal[], repetitions: number) {
  const times = writers.map((): number[] => []);
  for (let repetition = -WARM_UPS; repetition < repetitions; repetition++) {
    for (const total of busy) fill(total, writers, repetition + WARM_UPS + 2);
    for (const [index, writer] of writers.entries()) {
      collectGarbage();
      const start = performance.now();
      await writer.write();
      if (repetition >= 0) times[index]?.push(performance.now() - start);
    }
  }
  return writers.map(({ name }, index) => ({ name, spread: spreadOf(times[index] ?? []) }));
}

function byHand(totals: readonly EdgeTotal[]): Writer {
  const edgeText = createEdgeText();
  let bytes = 0;
  return {
    name: "by hand",
    observed: () => {},
    write: async () => {
      const text = new TextBuffer(bytes + 65_536);
      edgeText(totals, true, text);
      bytes = text.bytes.length;
      return bytes;
    },
  };
}

function byRegistry(totals: readonly EdgeTotal[]): Writer {
  const registry = new EdgeRegistry(totals);
  return {
    name: "prom-client",
    observed: (total, values) => registry.observe({ total, values }),
    write: async () => Buffer.byteLength(await registry.text()),
  };
}

/** One more flow went over an edge. */
function fill(total: EdgeTotal, writers: readonly Writer[], flows: number): void {
  total.sentBytes += 4_099;
  total.receivedBytes += 1_031;
  total.opened += 1;
  total.closed += 1;
  const values = { flow_rtt_seconds: 0.0003 * flows, flow_duration_seconds: 0.2 * flows, flow_size_bytes: 5_130 };
  observe(total.rtt, BUCKETS.rtt, values.flow_rtt_seconds);
  observe(total.duration, BUCKETS.duration, values.flow_duration_seconds);
  observe(total.size, BUCKETS.size, values.flow_size_bytes);
  for (const writer of writers) writer.observed(total, values);
}

function manyTotals(edges: number): EdgeTotal[] {
  return Array.from({ length: edges }, (_, index) => {
    const [source, destination] = [endpoint(`client-${index % 100}`), endpoint(`server-${Math.floor(index / PORTS)}`)];
    return createTotal(createEdge(source, destination, 8_000 + (index % PORTS), "tcp"));
  });
}

function endpoint(name: string): Endpoint {
  const nothing = { containerId: "", image: "", composeProject: "", composeService: "", pod: "", namespace: "" };
  return { name, kind: "container", ...nothing };
}

function heapUsed(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
