import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Row } from "../../../../exporters/flow-exporter/dataset/columns.ts";
import { StoredRows } from "../../../../exporters/flow-exporter/dataset/stored-rows.ts";
import type { EndedEnd, KnownHalf } from "../../../../exporters/flow-exporter/model/transaction.ts";
import { clientHalf, NOW_MS, owner, serverHalf } from "../../../lib/store/halves.ts";

const FROM = NOW_MS - 60_000;

describe("a stored flow", () => {
  test("is a row of what its end has sent, with what had been over before", () => {
    const [first, second, third] = rowsOf([
      end({ startedMs: FROM + 1_000, endedMs: FROM + 2_000, sentBytes: 10, receivedBytes: 20 }),
      end({ startedMs: FROM + 1_500, endedMs: FROM + 9_000, sentBytes: 100, receivedBytes: 200 }, "other"),
      end({ startedMs: FROM + 3_000, endedMs: FROM + 4_000, sentBytes: 1_000, receivedBytes: 0 }),
    ]);
    assert.partialDeepStrictEqual(first, { index: 0, time: 1, agg_net_out: 0, agg_net_in: 0, flow_size: 10 });
    assert.equal(first?.previous_flow_time, undefined);
    // The first was not over when this one began.
    assert.partialDeepStrictEqual(second, { index: 1, previous_flow_time: 0.5, agg_net_out: 0, machine: "other" });
    assert.partialDeepStrictEqual(third, {
      index: 2,
      time: 3,
      previous_flow_time: 1.5,
      agg_net_out: 10,
      agg_net_in: 20,
      agg_net_out_per_machine: 10,
      agg_net_in_per_machine: 20,
      machine: "db",
      container: "web",
      source_port: 40_000,
      destination_port: 80,
      is_client: 1,
      flow_size: 1_000,
    });
    for (const name of ["cpu", "ram", "tcp_queue", "first_call", "rtt_seconds", "process_ram"] as const)
      assert.equal(third?.[name], undefined);
  });

  test("is another row of what its server has sent, from its own port", () => {
    const half = serverHalf({ startedMs: FROM + 1_000, endedMs: NOW_MS, sentBytes: 7 });
    const [row] = rowsOf([
      { side: "server", transaction: { ...end({}).transaction, client: undefined, server: half } },
    ]);
    assert.partialDeepStrictEqual(row, {
      container: "db",
      machine: "10.0.0.1",
      source_port: 80,
      destination_port: 40_000,
      is_client: 0,
      flow_size: 7,
    });
  });

  test("that has sent nothing is no row, but what it received counts", () => {
    const rows = rowsOf([
      end({ startedMs: FROM + 1_000, endedMs: FROM + 2_000, sentBytes: 0, receivedBytes: 20 }),
      end({ startedMs: FROM + 3_000, endedMs: FROM + 4_000, sentBytes: 5 }),
    ]);
    assert.deepEqual(
      rows.map(({ index, agg_net_in, previous_flow_time }) => [index, agg_net_in, previous_flow_time]),
      [[0, 20, undefined]],
    );
  });

  test("knows nothing of its own bytes, nor of any flow that was not over before it, of another container or another peer", () => {
    const flow = fc.record({
      container: fc.constantFrom("a", "b"),
      peer: fc.constantFrom("x", "y"),
      start: fc.nat(50),
      length: fc.nat(30),
      sentBytes: fc.integer({ min: 1, max: 1_000 }),
    });
    fc.assert(
      fc.property(fc.array(flow, { maxLength: 30 }), (some) => {
        const flows = some.toSorted((one, other) => one.start - other.start);
        const rows = rowsOf(
          flows.map(({ container, peer, start, length, sentBytes }) =>
            end({ startedMs: FROM + start, endedMs: FROM + start + length, sentBytes, owner: owner(container) }, peer),
          ),
        );
        for (const [place, { container, peer, start }] of flows.entries()) {
          const over = flows.filter((one) => one.container === container && one.start + one.length < start);
          const toPeer = over.filter((one) => one.peer === peer);
          assert.deepEqual(
            [rows[place]?.agg_net_out, rows[place]?.agg_net_out_per_machine],
            [over, toPeer].map((all) => all.reduce((sum, one) => sum + one.sentBytes, 0)),
          );
        }
      }),
    );
  });
});

/** The client's end of a flow to `peer`. */
function end(half: Partial<KnownHalf>, peer = "db"): EndedEnd {
  const client = clientHalf(half);
  return {
    side: "client",
    transaction: {
      ...client,
      key: client.socketKey,
      incarnation: 0,
      client,
      server: undefined,
      firstSeenMs: 0,
      lastSeenMs: 0,
      source: undefined,
      destination: { owner: owner(peer), node: "b", by: "address" },
      apart: undefined,
    },
  };
}

function rowsOf(ends: readonly EndedEnd[]): Row[] {
  const stored = new StoredRows(FROM);
  return ends.flatMap((one) => stored.rowOf(one) ?? []);
}
