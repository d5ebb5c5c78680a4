import assert from "node:assert/strict";
import { it } from "node:test";
import { columnsThatFit } from "../../../../exporters/console/lib/columns.ts";

const COLUMNS = [
  { key: "name" },
  { key: "project", wideOnly: true, width: "9rem" },
  { key: "bytes", width: "5rem" },
  { key: "image", wideOnly: true },
];

function fitting(widthPx: number): string {
  return columnsThatFit(COLUMNS, widthPx)
    .map(({ key }) => key)
    .join(" ");
}

it("leaves out no more columns than it must, the last first, and none that must stay", () => {
  assert.equal(fitting(Number.POSITIVE_INFINITY), "name project bytes image");
  assert.equal(fitting(493), "name project bytes image");
  assert.equal(fitting(492), "name project bytes");
  assert.equal(fitting(358), "name bytes");
  assert.equal(fitting(50), "name bytes");
});

it("leaves out the minor ones before all others", () => {
  const columns = COLUMNS.map((column) => ({ ...column, minor: column.key === "project" }));
  assert.deepEqual(
    columnsThatFit(columns, 492).map(({ key }) => key),
    ["name", "bytes", "image"],
  );
});
