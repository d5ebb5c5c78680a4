import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { columnsOf } from "../../../../exporters/flow-exporter/dataset/columns.ts";

const PAGE = path.resolve(import.meta.dirname, "../../../../docs/dataset.md");

test("the page has every column as the table of columns has it", () => {
  const rows = columnsOf("all").map(
    ({ name, set, unit, about, source }) => `| \`${name}\` | ${set} | ${unit} | ${about} | ${source} |`,
  );
  const [, after = ""] = readFileSync(PAGE, "utf8").split("<!-- columns -->\n");
  const table = after.slice(0, after.indexOf("\n\n")).split("\n").slice(2);
  assert.deepEqual(table, rows);
});
