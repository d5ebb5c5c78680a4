import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { ROLE } from "../../../../exporters/flow-exporter/model/socket.ts";
import type { Closed } from "../../../../exporters/flow-exporter/sources/kernel/pins/closed-intake.ts";
import { drainDeltas } from "../../../../exporters/flow-exporter/sources/kernel/sockets/deltas.ts";
import { FlowTable } from "../../../../exporters/flow-exporter/sources/kernel/sockets/flow-table.ts";
import { LostFlows } from "../../../../exporters/flow-exporter/sources/kernel/watch/lost-flows.ts";
import { EdgeTotals } from "../../../../exporters/flow-exporter/totals/edge-totals.ts";
import type { End, SocketValues } from "../lib/rows.ts";
import { isUsed } from "../lib/totals.ts";
import { closed, rows, world } from "../lib/world.ts";

const HOUR_MS = 3_600_000;

describe("edges", () => {
  test("add up their flows, and keep the bytes of those that closed", () => {
    const { read, table } = totals();
    read([toPort(1, 80, 100), toPort(2, 80, 10)]);
    assert.deepEqual(table(), ["host/app > world:80 110 bytes, 2 open"]);
    read([toPort(2, 80, 15)]);
    read([]);
    assert.deepEqual(table(), ["host/app > world:80 115 bytes, 0 open"]);
  });

  test("do not begin with a connect that is still waiting for an answer", () => {
    const { read, table } = totals();
    read([{ ...toPort(1, 80, 0), state: 2 }]);
    assert.deepEqual(table(), []);
  });

  test("count a connection that is closing no more, and its last bytes still", () => {
    const { read, table } = totals();
    read([toPort(1, 80, 100)]);
    read([{ ...toPort(1, 80, 107), state: 4 }]);
    assert.deepEqual(table(), ["host/app > world:80 107 bytes, 0 open"]);
  });

  test("never go down, whatever the sockets do", () => {
    const socket = fc.record({
      cookie: fc.integer({ min: 1, max: 6 }),
      port: fc.integer({ min: 1, max: 4 }),
      sent: fc.nat(1000),
    });
    const reads = fc.array(fc.uniqueArray(socket, { selector: ({ cookie }) => cookie, maxLength: 6 }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(reads, (all) => {
        const { read, bytes } = totals(3);
        let before = new Map<string, number>();
        for (const sockets of all) {
          read(sockets.map(({ cookie, port, sent }) => toPort(cookie, port, sent)));
          const now = bytes();
          for (const [edge, sent] of before) assert.ok((now.get(edge) ?? -1) >= sent, edge);
          before = now;
        }
      }),
    );
  });
});

test("an edge's histograms have the flows that ended, and each read that brought bytes", () => {
  const { read, all } = totals();
  const flow = { ...toPort(1, 80, 0), start: 2e9, rtt: 300 };
  read([{ ...flow, sent: 500 }]);
  read([{ ...flow, sent: 1_500, rtt: 50 }]);
  read([{ ...flow, sent: 1_500 }]);
  read(
    [],
    0,
    closed([
      { ...flow, sent: 2_000 },
      { sequence: 1, endNs: 5e9 },
    ]),
  );
  const [edge] = all;
  assert.deepEqual(edge?.rtt.counts, [1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  assert.equal(edge?.rtt.sum.toFixed(6), "0.000650");
  assert.deepEqual(edge?.duration, { counts: [0, 0, 0, 1, 0, 0, 0], sum: 3 });
  assert.deepEqual(edge?.size, { counts: [0, 1, 0, 0, 0, 0, 0], sum: 2_000 });
  assert.equal(all.outsideBytes, 2_000);
});

describe("at the limit", () => {
  test("further edges go under ~other, each counted once as dropped while it stays there", () => {
    const { read, table, all } = totals(1);
    read([toPort(1, 80, 5), toPort(2, 81, 6), toPort(3, 82, 7), toPort(4, 82, 8)]);
    assert.deepEqual(table(), ["host/app > world:80 5 bytes, 1 open", "~other > ~other:0 21 bytes, 3 open"]);
    assert.equal(all.droppedEdges, 2);
    read([toPort(1, 80, 5), toPort(2, 81, 6), toPort(3, 82, 9), toPort(4, 82, 8)]);
    assert.deepEqual(table(), ["host/app > world:80 5 bytes, 1 open", "~other > ~other:0 23 bytes, 3 open"]);
    assert.equal(all.droppedEdges, 2);
  });

  test("an edge stays under ~other while its connection rests, and is dropped anew once it had none", () => {
    const { read, table, all } = totals(1);
    const resting = [toPort(1, 80, 5), toPort(2, 81, 6)];
    for (let again = 0; again < 4; again++) read(resting);
    read([toPort(1, 80, 5), toPort(2, 81, 7)]);
    assert.equal(all.droppedEdges, 1);
    for (let again = 0; again < 4; again++) read([toPort(1, 80, 5)]);
    assert.deepEqual(table(), ["host/app > world:80 5 bytes, 1 open", "~other > ~other:0 7 bytes, 0 open"]);
    read([toPort(1, 80, 5), toPort(3, 81, 1)]);
    assert.equal(all.droppedEdges, 2);
  });

  test("what is added ahead of its read is of that read", () => {
    const all = new EdgeTotals({ maxEdges: 1, maxPorts: 64 });
    all.add(drainDeltas(brief(toPort(1, 80, 5), toPort(2, 81, 6))), 0);
    all.apply(drainDeltas(brief(toPort(3, 82, 7))), 0);
    assert.equal(all.droppedEdges, 2);
    all.add(drainDeltas(brief(toPort(4, 82, 8))), 0);
    all.apply(drainDeltas(brief(toPort(5, 81, 9))), 0);
    assert.equal(all.droppedEdges, 2, "both were there in the read before");
  });

  test("edges idle for an hour make room", () => {
    const { read, table } = totals(1);
    read([toPort(1, 80, 5)], 0);
    read([], 1);
    read([], HOUR_MS);
    assert.equal(table().length, 1);
    read([], HOUR_MS + 1);
    assert.deepEqual(table(), []);
    read([toPort(2, 81, 6)], HOUR_MS + 2);
    assert.deepEqual(table(), ["host/app > world:81 6 bytes, 1 open"]);
  });

  test("an edge with an open connection is not idle", () => {
    const { read, table } = totals();
    read([toPort(1, 80, 5)], 0);
    read([toPort(1, 80, 5)], HOUR_MS);
    read([toPort(1, 80, 5)], 2 * HOUR_MS);
    assert.deepEqual(table(), ["host/app > world:80 5 bytes, 1 open"]);
  });
});

describe("rates of edges", () => {
  const rates = ({ all }: ReturnType<typeof totals>, port: number) => {
    const total = [...all].find(({ edge }) => edge.destinationPort === port) ?? assert.fail(`no edge to ${port}`);
    return all.rates.of(total);
  };

  test("are what its flows have new, with the mean of their round-trip times", () => {
    const some = totals();
    some.read([{ ...toPort(1, 80, 1_000_000), rtt: 900 }], 0);
    assert.equal(rates(some, 80), undefined, "what a first reading finds came together in a time that nobody knows");
    some.read(
      [
        { ...toPort(1, 80, 1_000_400), rtt: 100 },
        { ...toPort(2, 80, 600), rtt: 300 },
      ],
      1000,
    );
    const perSecond = { sentBytes: 1_000, receivedBytes: 0, opened: 1, failed: 0 };
    const { rttSeconds, ...counters } = rates(some, 80) ?? assert.fail("unknown");
    assert.deepEqual(counters, { perSecond });
    assert.equal(rttSeconds?.toFixed(6), "0.000200");
    some.read([], 20_000);
    some.read([], 36_000);
    assert.equal(rates(some, 80)?.rttSeconds, undefined);
  });

  test("of one that comes back into the table do not begin with all that it ever carried", () => {
    const some = totals(1);
    some.read([toPort(1, 80, 1_000_000)], 0);
    some.read([toPort(1, 80, 1_000_000)], 1000);
    some.read([], 2000);
    some.read([toPort(2, 81, 7)], 20_000);
    some.read([], 21_000);
    some.read([toPort(3, 80, 50)], 40_000);
    assert.deepEqual(rates(some, 80)?.perSecond.sentBytes, 50 / 19);
  });
});

test("losses add up over the tracer's restarts, and a lasting shortage counts once", () => {
  const lost = new LostFlows();
  const none = { closedLost: 0, closedErased: 0, missedEvents: 0, udpLost: 0 };
  const totalsSeen = [
    { tableFull: 0, liveLost: 4 },
    { tableFull: 3, liveLost: 4 },
    { tableFull: 1, liveLost: 0, closedLost: 7 },
    { tableFull: 1, liveLost: 2, closedLost: 2 },
  ].map((status) => {
    lost.add({ ...none, ...status });
    const { live, closed } = lost.state.total;
    return [live, closed];
  });
  assert.deepEqual(totalsSeen, [
    [4, 0],
    [7, 0],
    [8, 7],
    [10, 9],
  ]);
});

function toPort(cookie: number, port: number, sent: number): SocketValues {
  return {
    cookie,
    source: `192.168.1.10:${4000 + cookie}`,
    destination: `9.9.9.9:${port}`,
    role: ROLE.client,
    comm: "app",
    sent,
  };
}

/** Flows that came and went within a read. */
function brief(...sockets: SocketValues[]) {
  const flows = new FlowTable();
  flows.update(rows(), world(), closed(...sockets.map((one, at): [SocketValues, End] => [one, { sequence: at + 1 }])));
  return flows.takeChanged();
}

/** Totals over a table of flows; time stands still unless told. */
function totals(maxEdges = 100) {
  const flows = new FlowTable();
  const all = new EdgeTotals({ maxEdges, maxPorts: 64 });
  return {
    all,
    read: (sockets: SocketValues[], nowMs = 0, ended: Closed[] = []) => {
      flows.update(rows(...sockets), world(), ended);
      all.apply(drainDeltas(flows.takeChanged()), nowMs);
    },
    bytes: () => new Map([...all].map(({ edge, sentBytes }) => [edge.key, sentBytes])),
    table: () =>
      [...all].filter(isUsed).map(({ edge, sentBytes, connections }) => {
        const { source, destination, destinationPort } = edge;
        return `${source.name} > ${destination.name}:${destinationPort} ${sentBytes} bytes, ${connections} open`;
      }),
  };
}
