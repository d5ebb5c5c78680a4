import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ROLE } from "../../../../exporters/flow-exporter/decode/layout.ts";
import { drainDeltas } from "../../../../exporters/flow-exporter/join/deltas.ts";
import { FlowTable } from "../../../../exporters/flow-exporter/join/flow-table.ts";
import { createEdgeText, type EdgeText } from "../../../../exporters/flow-exporter/outputs/prometheus/edge-text.ts";
import { TextBuffer } from "../../../../exporters/flow-exporter/outputs/prometheus/text-buffer.ts";
import { EdgeTotals } from "../../../../exporters/flow-exporter/totals/edge-totals.ts";
import { SERIES } from "../../../../start/stack/environment.ts";
import type { End, SocketValues } from "../lib/rows.ts";
import { closed, rows, world } from "../lib/world.ts";

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
  table.update(rows(), world(), closed([flow, { sequence: 1, endNs: 2e9 }]));
  totals.apply(drainDeltas(table.takeChanged()), 0);
  const series = textOf(createEdgeText(), totals).match(/^flow_\w+\{source="host.*/gm);
  assert.equal(series?.length, SERIES.edge);
});

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

function textOf(edgeText: EdgeText, totals: EdgeTotals, up = true): string {
  const text = new TextBuffer(0);
  edgeText(totals, up, text);
  return `${text.bytes}`;
}
