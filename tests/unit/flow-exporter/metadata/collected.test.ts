import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import {
  CONTAINER,
  collect,
  NODE,
  POD,
  SERVICE,
  SLICE,
} from "../../../../exporters/flow-exporter/metadata/collected.ts";

const README = path.resolve(import.meta.dirname, "../../../../exporters/flow-exporter/metadata/README.md");
const [BEGIN, END] = ["<!-- collected -->\n", "<!-- end -->"];

test("metadata/README.md says what is collected, and who tells it (UPDATE_GOLDEN=1 writes the table anew)", async () => {
  const kinds: Record<string, Record<string, object>> = {
    node: NODE,
    pod: POD,
    container: CONTAINER,
    service: SERVICE,
    "endpoint slice": SLICE,
  };
  const rows = Object.entries(kinds).flatMap(([kind, fields]) =>
    Object.entries(fields).map(
      ([field, row]) =>
        `| ${kind} | \`${field}\` | ${mark("docker", row)} | ${mark("kubelet", row)} | ${mark("api", row)} |`,
    ),
  );
  const table = [
    "| of a | what | Docker | kubelet | API server |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
  const text = await readFile(README, "utf8");
  const [before, rest = ""] = text.split(BEGIN);
  const expected = `${before}${BEGIN}${table}${rest.slice(rest.indexOf(END))}`;
  if (process.env.UPDATE_GOLDEN) await writeFile(README, expected);
  assert.equal(process.env.UPDATE_GOLDEN ? expected : text, expected);
});

test("a field that a source does not tell is as unknown, or is left out where nothing stands for that", () => {
  interface Thing {
    name: string;
    size: number;
    owner?: string;
  }
  const table = {
    name: { unknown: "", one: ({ called }: { called: string }) => called },
    size: { unknown: 0 },
    owner: { unknown: undefined },
  };
  assert.deepEqual(collect<Thing, { one: { called: string } }, "one">(table, "one", { called: "x" }), {
    name: "x",
    size: 0,
  });
});

function mark(source: string, row: object): string {
  return source in row ? "yes" : "";
}
