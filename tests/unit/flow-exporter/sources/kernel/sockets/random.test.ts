import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { FlowRows } from "../../../../../../exporters/flow-exporter/sources/kernel/rows/flow-rows.ts";
import { FLOW_ROW } from "../../../../../../exporters/flow-exporter/sources/kernel/rows/layout.ts";
import { UdpRows } from "../../../../../../exporters/flow-exporter/sources/kernel/rows/udp-rows.ts";
import { drainDeltas } from "../../../../../../exporters/flow-exporter/sources/kernel/sockets/deltas.ts";
import { takeCounts } from "../../../../../../exporters/flow-exporter/sources/kernel/sockets/flow.ts";
import { FlowTable } from "../../../../../../exporters/flow-exporter/sources/kernel/sockets/flow-table.ts";
import type { Flow } from "../../../../../../exporters/flow-exporter/sources/kernel/sockets/shapes.ts";
import { EdgeTotals } from "../../../../../../exporters/flow-exporter/totals/edge-totals.ts";
import { type closedRow, type SocketValues, socket, udpRow } from "../../../lib/rows.ts";
import { closed, HOST_ADDRESS, rows, world } from "../../../lib/world.ts";

const LISTEN = 10;
const CLOSE = 7;

/** Few of each, so that sockets meet, are each other's ends, and have each other's numbers. */
const address = fc.constantFrom("127.0.0.1", "127.0.0.11", "172.18.0.2", "172.18.0.3", HOST_ADDRESS, "9.9.9.9");
const end = fc.tuple(address, fc.constantFrom(0, 53, 80, 8080, 40_000)).map(([host, port]) => `${host}:${port}`);
const anySocket: fc.Arbitrary<SocketValues> = fc.record({
  cookie: fc.integer({ min: 1, max: 9 }),
  source: end,
  destination: end,
  netns: fc.nat(4),
  cgroup: fc.constantFrom(0, 20, 30, 40, 50, 99),
  sent: fc.nat(5_000),
  received: fc.nat(5_000),
  pid: fc.constantFrom(0, 1, 200, 999),
  comm: fc.constantFrom("", "curl", "docker-proxy"),
  state: fc.integer({ min: 0, max: 14 }),
  role: fc.nat(3),
  start: fc.nat(3),
  protocol: fc.constantFrom(6, 17, 1),
});
const someSockets = fc.uniqueArray(anySocket, { selector: ({ cookie }) => cookie, maxLength: 9 });
const read = fc.record({
  sockets: someSockets,
  ended: fc.array(anySocket, { maxLength: 3 }),
  complete: fc.boolean(),
  /** Docker knows its containers, or has not told of them yet. */
  told: fc.boolean(),
});

describe("the join, whatever the rows", () => {
  test("has every open socket in one flow, once, and no flow without a socket", () => {
    fc.assert(
      fc.property(fc.array(read, { maxLength: 8 }), (reads) => {
        const table = new FlowTable();
        for (const [index, { sockets, ended, complete, told }] of reads.entries()) {
          table.update(rows(...sockets), seen(told, index), endedRows(ended, index), complete);
          const cookies = [...table.flows].flatMap(({ client, server }) => {
            assert.ok(client || server);
            assert.notEqual(client, server);
            return [client, server].flatMap((side) => (side?.open && side.endNs === 0 ? [side.key] : []));
          });
          assert.equal(new Set(cookies).size, cookies.length, "a socket is in two flows");
          const finished = new Set(ended.map(({ cookie }) => cookie));
          const open = sockets.filter((one) => isOpen(one) && !finished.has(one.cookie));
          for (const { cookie } of open) assert.ok(cookies.includes(cookie), `socket ${cookie} is in no flow`);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("hands on amounts that are whole and never negative, opens before it closes, and each once", () => {
    fc.assert(
      fc.property(fc.array(read, { maxLength: 8 }), (reads) => {
        const table = new FlowTable();
        const life = new Map<object, string>();
        for (const [index, { sockets, ended, complete, told }] of reads.entries()) {
          table.update(rows(...sockets), seen(told, index), endedRows(ended, index), complete);
          for (const flow of table.flows) {
            const news = takeCounts(flow);
            if (!news) continue;
            for (const bytes of [news.sentBytes, news.receivedBytes]) assert.ok(Number.isInteger(bytes) && bytes >= 0);
            const word = [news.opened && "o", news.closed && "c", news.failed && "f"].filter(Boolean).join("");
            life.set(flow, (life.get(flow) ?? "") + word);
          }
        }
        for (const word of life.values()) assert.match(word, /^(o?c?|f)$/);
      }),
      { numRuns: 300 },
    );
  });

  test("counts the same whether what has closed is taken at once or in parts", () => {
    fc.assert(
      fc.property(fc.array(read, { maxLength: 8 }), (reads) => {
        const [whole, parted] = [new FlowTable(), new FlowTable()];
        const limits = { maxEdges: 100, maxPorts: 64 };
        const [ofWhole, ofParted] = [new EdgeTotals(limits), new EdgeTotals(limits)];
        for (const [index, { sockets, ended, complete, told }] of reads.entries()) {
          const facts = seen(told, index);
          whole.update(rows(...sockets), facts, endedRows(ended, index), complete);
          for (const { rows: read, indexes } of endedRows(ended, index)) {
            for (const one of indexes) {
              ofParted.add(drainDeltas(parted.takeClosed({ rows: read, indexes: [one] }, facts)), index);
            }
          }
          parted.update(rows(...sockets), facts, [], complete);
          ofWhole.apply(drainDeltas(whole.takeChanged()), index);
          ofParted.apply(drainDeltas(parted.takeChanged()), index);
          assert.deepEqual(byKey(ofParted), byKey(ofWhole));
        }
      }),
      { numRuns: 300 },
    );
  });

  test("takes bytes that only look like rows for what they say", () => {
    const body = fc.uint8Array({ minLength: FLOW_ROW.size - 4, maxLength: FLOW_ROW.size - 4 });
    fc.assert(
      fc.property(fc.array(body, { maxLength: 6 }), fc.boolean(), (bodies, udp) => {
        const table = new FlowTable();
        const bytes = Buffer.concat(bodies.map((one) => behindHead(one, udp)));
        const read = udp ? new UdpRows(bytes) : new FlowRows(bytes);
        const said = bodies.map((_, row) => [read.key(row), read.sentBytes(row), read.receivedBytes(row)]);
        const taken = new Map<Flow, number>();
        // The same rows, until nobody waits any more for a name that may still come.
        for (let index = 0; index < 5; index++) {
          table.update(read, world({ nowNs: index * HOUR_NS, metadataVersion: index }));
          for (const flow of table.flows) {
            const { sentBytes, receivedBytes } = takeCounts(flow) ?? { sentBytes: 0, receivedBytes: 0 };
            assert.ok(sentBytes >= 0 && receivedBytes >= 0);
            taken.set(flow, (taken.get(flow) ?? 0) + sentBytes + receivedBytes);
          }
        }
        for (const flow of table.flows) {
          assert.ok(flow.edge, "a flow still waits for its edge");
          const sides = [flow.client, flow.server].filter((side) => side !== undefined);
          for (const { key, sentBytes, receivedBytes } of sides) {
            const row = [key, sentBytes, receivedBytes];
            assert.ok(
              said.some((one) => isDeepStrictEqual(one, row)),
              `no row says ${row}`,
            );
          }
          const amounts = sides.map(({ sentBytes, receivedBytes }) => sentBytes + receivedBytes);
          assert.ok(amounts.includes(taken.get(flow) ?? 0), `${taken.get(flow)} bytes taken of ${amounts}`);
        }
      }),
    );
  });
});

const HOUR_NS = 3600e9;
const BEGIN: SocketValues = { cookie: 1, source: "10.0.0.1:1", destination: "10.0.0.2:2" };
/** Offsets of numbers that a kernel never has as large as random ones are. */
const LARGE = ["cookie", "sent_bytes", "received_bytes", "cgroup_id", "start_ns", "netns_cookie"] as const;

/** A row with a valid head and random bytes behind it; numbers are kept below 2^53. */
function behindHead(body: Uint8Array, udp: boolean): Buffer {
  const row = udp ? udpRow(BEGIN, body[0] ?? 0) : socket(BEGIN);
  row.set(body, 4);
  for (const field of LARGE) row.fill(0, FLOW_ROW.fields[field].at + 6, FLOW_ROW.fields[field].at + 8);
  return row;
}

function seen(told: boolean, index: number) {
  const when = { nowNs: index * 1e9, metadataVersion: index };
  return told ? world(when) : world({ ...when, containers: [] });
}

function endedRows(sockets: readonly SocketValues[], index: number) {
  return closed(...sockets.map((one, at): Parameters<typeof closedRow> => [one, { sequence: 10 * index + at + 1 }]));
}

function byKey(totals: EdgeTotals) {
  return Object.fromEntries([...totals].map((total) => [total.edge.key, total]));
}

function isOpen({ source, state = 1 }: SocketValues): boolean {
  return !source.endsWith(":0") && state !== LISTEN && state !== CLOSE;
}
