import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Row } from "../../../../exporters/flow-exporter/dataset/columns.ts";
import { leakReport } from "../../../../exporters/flow-exporter/dataset/leak.ts";
import { rowsOf } from "../../../../exporters/flow-exporter/dataset/rows.ts";
import { LEAKING } from "../../../lib/dataset/leaking.ts";
import { generator, recordingOfRandomSizes } from "../lib/random-sizes.ts";

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
/** What each way to leak must be caught by. */
const CAUGHT: Readonly<Record<string, readonly RegExp[]>> = {
  "its own bytes in the aggregates": [
    /^the difference of agg_net_out to the row before equals flow_size/,
    /agg_net_out_per_machine /,
  ],
  "aggregates of the sample after the flow began": [/agg_net_out /],
  "counters of the interval that the flow is in": [/cpu /],
};

describe("rows of sizes drawn at random", () => {
  test("are clean as recorded, in whatever way it is looked at", () => {
    for (const seed of SEEDS) {
      const { rows } = rowsOf(recordingOfRandomSizes(200, seed));
      for (const areSizesRandom of [true, false]) {
        const { verdict, leaks } = leakReport(rows, { areSizesRandom });
        assert.deepEqual([seed, verdict, leaks], [seed, "clean", []]);
      }
    }
  });

  for (const [name, leaking] of Object.entries(LEAKING))
    test(`leak with ${name}, and the column is named`, () => {
      for (const seed of SEEDS) {
        const { rows } = rowsOf(leaking(recordingOfRandomSizes(200, seed)));
        const { verdict, leaks } = leakReport(rows, { areSizesRandom: true });
        assert.equal(verdict, "leaks");
        for (const reason of CAUGHT[name] ?? [/never/])
          assert.ok(
            leaks.some((leak) => reason.test(leak)),
            `seed ${seed}: ${leaks.join("; ")}`,
          );
      }
    });

  test("leak by equality without being told that they were drawn", () => {
    const leaking = LEAKING["its own bytes in the aggregates"];
    assert.ok(leaking);
    const { leaks } = leakReport(rowsOf(leaking(recordingOfRandomSizes(200))).rows);
    assert.ok(leaks.some((leak) => leak.startsWith("the difference of agg_net_out to the row before equals")));
  });

  test("have first_call reported apart: it is the size of flows of one call", () => {
    const { verdict, firstCall, measures } = leakReport(rowsOf(recordingOfRandomSizes(200)).rows, {
      areSizesRandom: true,
    });
    assert.equal(verdict, "clean");
    const value = firstCall.find(({ view }) => view === "value");
    assert.match(value?.leak ?? "", /^first_call equals flow_size in \d+ of 200 rows/);
    assert.ok(measures.every(({ column }) => column !== "first_call" && column !== "flow_size"));
  });
});

describe("what determines a size without being equal", () => {
  test("is found, whatever the form", () => {
    const random = generator(9);
    const sizes = Array.from({ length: 200 }, () => 1_000 + Math.floor(1e6 * random()));
    for (const form of [
      (size: number) => 3 * size + 7,
      (size: number) => 1e9 / size,
      (size: number) => (size < 5e5 ? 2 * size : -size),
    ]) {
      const rows = sizes.map((size, index) => plain({ index, flow_size: size, tcp_queue: Math.round(form(size)) }));
      const { leaks } = leakReport(rows, { areSizesRandom: true });
      assert.ok(
        leaks.some((leak) => leak.startsWith("tcp_queue determines flow_size")),
        `${form}: ${leaks.join("; ")}`,
      );
    }
  });
});

describe("what is no leak", () => {
  test("is a size that was there before, even where a column happens to be the same", () => {
    // Of an aggregate, the difference to the row before is the size of the flow before.
    const rows = Array.from({ length: 100 }, (_, index) =>
      plain({ index, flow_size: 500, agg_net_out: 500 * index, destination_port: 500 }),
    );
    const { verdict, leaks, notes } = leakReport(rows);
    assert.deepEqual(leaks, []);
    assert.equal(verdict, "clean");
    assert.match(notes.join(), /no size is new|^$/);
  });

  test("is that flows to one port are large and to another small", () => {
    const random = generator(3);
    const rows = Array.from({ length: 200 }, (_, index) => {
      const isLarge = random() < 0.5;
      const flow_size = Math.round((isLarge ? 1e6 : 1e3) * (1 + random()));
      // Each kind is sent by a process of its own.
      return plain({ index, flow_size, destination_port: isLarge ? 1 : 2, process_ram: isLarge ? 7e8 : 1e7 });
    });
    assert.deepEqual(leakReport(rows).leaks, []);
  });

  test("is that sizes grow steadily, and all that has a clock in it with them", () => {
    const rows = Array.from({ length: 100 }, (_, index) =>
      plain({ index, time: index, flow_size: 1_000 + 10 * index, execution_time: 5 + index }),
    );
    const { leaks, notes } = leakReport(rows);
    assert.deepEqual(leaks, []);
    assert.match(notes.join(), /follow from the time/);
  });
});

describe("rows that say little", () => {
  test("are not called clean when they are few", () => {
    const { verdict, notes } = leakReport(rowsOf(recordingOfRandomSizes(20)).rows);
    assert.equal(verdict, "too few rows");
    assert.match(notes.join(), /20 rows are too few to tell: 30 are needed/);
    assert.equal(leakReport([]).verdict, "too few rows");
  });

  test("are said to mix containers where that column is missing", () => {
    const { rows } = rowsOf(recordingOfRandomSizes(40));
    const { notes } = leakReport(rows.map(({ container: _, ...rest }) => rest));
    assert.match(notes.join(), /without the column container/);
  });
});

function plain(fields: Partial<Row>): Partial<Row> {
  return { container: "worker", machine: "master", is_client: 1, ...fields };
}
