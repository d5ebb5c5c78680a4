import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { renderDuration, renderPlan, renderRows } from "../../../start/render/stress.ts";
import type { Series } from "../../../start/stack/prometheus.ts";
import type { Measure } from "../../../start/stress/lab.ts";
import { phasesOf } from "../../../start/stress/phases.ts";
import { notSeen, rowOf } from "../../../start/stress/rows.ts";
import { REST_SECONDS } from "../../../start/stress/steps.ts";

const PHASES = phasesOf({ from: 100, to: 110 });
const WRITES: Measure = { title: "writes", unit: "per second", kind: "counter", selector: "writes_total", least: 50 };
const HELD: Measure = { title: "memory", unit: "bytes", kind: "gauge", selector: "memory_bytes", least: 1000 };

/** A counter that rises by `slow` a second, but by `fast` during the load; read every 5 seconds from 80 to 130. */
function counter(slow: number, fast: number): Series {
  let value = 0;
  return Array.from({ length: 11 }, (_, index) => {
    const at = 80 + index * 5;
    value += 5 * (at > 100 && at <= 110 ? fast : slow);
    return { at, value };
  });
}

describe("a measure around a load", () => {
  it("has moved when the load raised its rate by enough", () => {
    const { before, during, after, moved } = rowOf(WRITES, PHASES, [counter(7, 107)]);
    assert.deepEqual({ before, during, after, moved }, { before: 7, during: 107, after: 7, moved: true });
  });

  it("has not moved when the rise is less, however high it was before", () => {
    assert.equal(rowOf(WRITES, PHASES, [counter(7000, 7049)]).moved, false);
  });

  it("has not moved when there is nothing to read", () => {
    const { during, moved } = rowOf(WRITES, PHASES, []);
    assert.deepEqual([during, moved], [undefined, false]);
  });

  it("has all that a short load raised it by, where its readings are far apart", () => {
    const readings = [79, 94, 109, 124].map((at, index) => ({ at, value: index < 2 ? 0 : 600 }));
    const { during, moved } = rowOf(WRITES, PHASES, [readings]);
    assert.deepEqual([during, moved], [60, true]);
  });

  it("counts as nothing before it was there", () => {
    const { before, during, moved } = rowOf(HELD, PHASES, [[{ at: 104, value: 1000 }]]);
    assert.deepEqual([before, during, moved], [undefined, 1000, true]);
  });

  it("is one counter's rise by another's where it is told so, and unknown where that one stands still", () => {
    const latency: Measure = { title: "latency", unit: "seconds", kind: "counter", selector: "sum", per: "count" };
    const row = rowOf(latency, PHASES, [counter(0, 3)], [counter(0, 600)]);
    assert.deepEqual([row.before, row.during, row.moved], [undefined, 0.005, undefined]);
  });
});

describe("the verdict on a load", () => {
  it("names what did not move", () => {
    const rows = [rowOf(WRITES, PHASES, [counter(1, 2)]), rowOf(HELD, PHASES, [])];
    const error = notSeen(rows);
    assert.equal(error?.code, "LOAD_NOT_SEEN");
    assert.match(error?.explanation.what ?? "", /writes, memory$/);
  });

  it("is good when all that must move has moved", () => {
    const { least: _, ...shown } = HELD;
    assert.equal(notSeen([rowOf(WRITES, PHASES, [counter(1, 200)]), rowOf(shown, PHASES, [])]), undefined);
  });
});

describe("what a load prints", () => {
  it("has a verdict in every row, also of what is only shown", () => {
    const { least: _, ...shown } = WRITES;
    const verdictOf = (before: number | undefined, during: number | undefined) =>
      renderRows([{ measure: shown, before, during, after: 0, moved: undefined }])
        .trimEnd()
        .split("  ")
        .at(-1)
        ?.trim();
    assert.deepEqual(
      [verdictOf(100, 200), verdictOf(200, 100), verdictOf(100, 105), verdictOf(undefined, undefined)],
      ["rose", "fell", "steady", "steady"],
    );
  });

  it("says beforehand how long it takes, and at the end how long it took", () => {
    assert.match(
      renderPlan("disk", 20, 24, 20),
      /: about 45 s, 20 s of them under load;.*\nRight after a start .* up to 20 s longer/,
    );
    assert.equal(renderDuration(47.4, 20.1), "\nTook 47 s, 20 s of them under load\n");
    assert.ok(
      REST_SECONDS >= 21,
      "ten seconds after a load are looked at, five seconds away from it, and then scraped",
    );
  });

  it("is a table with units, and what was made beside what was counted", () => {
    const row = (unit: Measure["unit"], value: number | undefined, moved?: boolean) => ({
      measure: { ...WRITES, title: unit, unit },
      before: undefined,
      during: value,
      after: 0,
      moved,
    });
    const rows = [
      row("per second", 3980.4, true),
      row("cores", 0.874, false),
      row("bytes", 2 ** 29),
      row("bytes per second", 3.756e8),
      row("seconds", 0.00007),
    ];
    const made = { connections: 980, sentBytes: 980_000 };
    assert.equal(
      renderRows(rows, made, { ...made, connections: 979 }),
      [
        "",
        "METRIC            BEFORE  DURING      AFTER       VERDICT",
        "per second        none    3,980/s     0/s         moved",
        "cores             none    0.87 cores  0.00 cores  DID NOT MOVE",
        "bytes             none    512.0 MiB   0.0 MiB     rose",
        "bytes per second  none    375.6 MB/s  0.000 MB/s  rose",
        "seconds           none    0.07 ms     0.00 ms     rose",
        "",
        "made:    980 connections, 980,000 bytes sent",
        "counted: 979 connections, 980,000 bytes sent",
        "",
      ].join("\n"),
    );
  });
});
