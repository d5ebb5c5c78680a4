import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createEdge } from "../../../../exporters/flow-exporter/model/edge.ts";
import { ROLE } from "../../../../exporters/flow-exporter/model/socket.ts";
import { containerEndpoint } from "../../../../exporters/flow-exporter/naming/endpoints.ts";
import { createEdgeText, type EdgeText } from "../../../../exporters/flow-exporter/outputs/prometheus/edge-text.ts";
import { TextBuffer } from "../../../../exporters/flow-exporter/outputs/prometheus/text-buffer.ts";
import { drainDeltas } from "../../../../exporters/flow-exporter/sources/kernel/sockets/deltas.ts";
import { FlowTable } from "../../../../exporters/flow-exporter/sources/kernel/sockets/flow-table.ts";
import { createTotal, type EdgeTotal } from "../../../../exporters/flow-exporter/totals/edge-total.ts";
import { EdgeTotals } from "../../../../exporters/flow-exporter/totals/edge-totals.ts";
import { BUCKETS, observe } from "../../../../exporters/flow-exporter/totals/histogram.ts";
import { SERIES } from "../../../../start/stack/environment.ts";
import type { End, SocketValues } from "../lib/rows.ts";
import { closed, container, rows, world } from "../lib/world.ts";

test("lines kept from an earlier scrape are those that would be written now", () => {
  const socket = fc.record({ cookie: fc.integer({ min: 1, max: 5 }), sent: fc.nat(2), ends: fc.boolean() });
  const reads = fc.array(fc.uniqueArray(socket, { selector: ({ cookie }) => cookie, maxLength: 5 }), { maxLength: 8 });
  fc.assert(
    fc.property(reads, fc.array(fc.boolean()), (all, up) => {
      const table = new FlowTable();
      const totals = new EdgeTotals({ maxEdges: 3, maxPorts: 64 });
      const kept = createEdgeText();
      let sequence = 0;
      for (const [index, sockets] of all.entries()) {
        const ended = sockets
          .filter(({ ends }) => ends)
          .map((one): [SocketValues, End] => [valuesOf(one), { sequence: ++sequence }]);
        const open = sockets.filter(({ ends }) => !ends).map(valuesOf);
        table.update(rows(...open), world(), closed(...ended));
        totals.apply(drainDeltas(table.takeChanged()), 0);
        assert.equal(textOf(kept, totals, up[index]), textOf(createEdgeText(), totals, up[index]));
      }
    }),
  );
});

test("an edge is as many series as Prometheus is told that it can be", () => {
  const table = new FlowTable();
  const totals = new EdgeTotals({ maxEdges: 3, maxPorts: 64 });
  const flow = valuesOf({ cookie: 1, sent: 5 });
  table.update(rows(), world(), closed([flow, { sequence: 1, endNs: 1e9 + 5e6 }]));
  totals.apply(drainDeltas(table.takeChanged()), 0);
  const series = textOf(createEdgeText(), totals).match(/^flow_\w+\{source="host.*/gm);
  assert.equal(series?.length, SERIES.edge);
});

/** What each edge of docs/decisions/0018-buckets.md has observed: seconds, seconds and bytes. */
const TYPICAL = [
  { edge: "nothing observed yet", rtt: [], duration: [], size: [], series: 7 },
  { edge: "short requests on this host", rtt: [0.0001, 0.0003], duration: [0.004], size: [700, 4_000], series: 38 },
  { edge: "pooled connections on this host", rtt: [0.0002, 0.0006], duration: [90, 700], size: [5e6, 5e7], series: 31 },
  { edge: "with the internet", rtt: [0.02, 0.04], duration: [0.3, 4], size: [2e4, 2e5], series: 31 },
];

for (const { edge, series, ...observed } of TYPICAL) {
  test(`an edge is ${series} series: ${edge}`, () => {
    const total = observedTotal(observed);
    assert.equal(textOf(createEdgeText(), [total]).match(/^flow_/gm)?.length, series);
  });
}

test("a bucket that is not written is empty: what its edge has is in those above", () => {
  const lines = textOf(createEdgeText(), [observedTotal({ rtt: [0.02, 0.04], duration: [], size: [] })]);
  const buckets = [...lines.matchAll(/^flow_rtt_seconds_bucket\{.*le="(.*)"\} (\d+)$/gm)].map(([, le, count]) => [
    le,
    count,
  ]);
  assert.deepEqual(buckets, [
    ["0.01", "0"],
    ["0.025", "1"],
    ["0.05", "2"],
    ["0.1", "2"],
    ["0.25", "2"],
    ["+Inf", "2"],
  ]);
});

function observedTotal(observed: Record<keyof typeof BUCKETS, number[]>): EdgeTotal {
  const [source, destination] = [containerEndpoint(container("web")), containerEndpoint(container("db"))];
  const total = createTotal(createEdge(source, destination, 5432, "tcp"));
  for (const name of ["rtt", "duration", "size"] as const)
    for (const value of observed[name]) observe(total[name], BUCKETS[name], value);
  return total;
}

test("a text grows with what is added, in UTF-8", () => {
  const text = new TextBuffer(0);
  const pieces = ["", "a", "ü€𝄞", "x".repeat(1_000), "end"];
  for (const piece of pieces) text.add(piece);
  assert.equal(`${text.bytes}`, pieces.join(""));
});

function valuesOf({ cookie, sent }: { cookie: number; sent: number }): SocketValues {
  const ends = { source: `192.168.1.10:${4_000 + cookie}`, destination: `9.9.9.9:${cookie}` };
  return { cookie, ...ends, role: ROLE.client, comm: "app", sent, rtt: 100, start: 1e9 };
}

function textOf(edgeText: EdgeText, totals: Iterable<EdgeTotal>, up = true): string {
  const text = new TextBuffer(0);
  edgeText(totals, up, text);
  return `${text.bytes}`;
}
