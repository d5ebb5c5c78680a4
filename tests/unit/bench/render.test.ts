import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { renderDocument } from "../../bench/document.ts";
import { count, megabytes, percent, range, short } from "../../bench/lib/format.ts";
import { verdict } from "../../bench/lib/goal.ts";
import { renderTable } from "../../bench/lib/table.ts";

describe("a table", () => {
  test("lines its columns up: the first to the left, the others to the right", () => {
    const rows = [
      ["TCP", "0.99"],
      ["connections", "1"],
    ];
    assert.equal(
      renderTable({ title: "", columns: ["load", "on ÷ off"], rows }),
      [
        "| load        | on ÷ off |",
        "| ----------- | -------: |",
        "| TCP         |     0.99 |",
        "| connections |        1 |",
      ].join("\n"),
    );
  });

  test("shows a missing cell as an empty one", () => {
    assert.equal(renderTable({ title: "", columns: ["a", "b"], rows: [["x"]] }).split("\n")[2], "| x   |     |");
  });
});

test("a document says how, where and when it was measured", () => {
  const table = { title: "Ratio", columns: ["what", "ratio"], rows: [["nothing", "1.000"]] };
  const text = renderDocument([{ title: "Overhead", method: ["Eleven pairs."], tables: [table] }], {
    command: "npm run bench",
    machine: "Linux 6.18, 2 cores",
    date: "2026-11-21T10:00Z",
    minutes: 12.4,
    before: ["load average 0.10", "a stack was running"],
  });
  assert.equal(
    text,
    `# Benchmark

Written by the command below; do not edit. Ratios and medians come with their smallest and largest value.

- Command: \`npm run bench\` (12 min)
- Machine: Linux 6.18, 2 cores
- Date: 2026-11-21T10:00Z
- Before the start: load average 0.10; a stack was running

## Overhead

Eleven pairs.

### Ratio

| what    | ratio |
| ------- | ----: |
| nothing | 1.000 |
`,
  );
});

test("figures have the digits that say something", () => {
  assert.deepEqual([0.274, 4.06, 79.4, 1847.6].map(short), ["0.27", "4.1", "79", "1,848"]);
  assert.deepEqual([count(36_512.4), megabytes(134_400_000), percent(0.1169)], ["36,512", "134", "11.7 %"]);
  assert.equal(range({ min: 0.5, max: 12 }, short), "0.50–12");
});

test("a goal is met at its bound", () => {
  assert.equal(verdict(0.99, { least: 0.99 }), "≥ 0.99 met");
  assert.equal(verdict(0.989, { least: 0.99 }), "≥ 0.99 missed");
  assert.equal(verdict(80, { most: 80 }), "≤ 80 met");
  assert.equal(verdict(80.1, { most: 80 }), "≤ 80 missed");
  assert.equal(verdict(1, undefined), "");
});
