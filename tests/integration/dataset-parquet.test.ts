import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { provideVenv } from "../../experiments/flow-size/run/venv.ts";
import { columnsOf } from "../../exporters/flow-exporter/dataset/columns.ts";
import { rowsOf } from "../../exporters/flow-exporter/dataset/rows.ts";
import { parquetOf } from "../../start/dataset/parquet.ts";
import { createHost } from "../../start/lib/host.ts";
import { recordingOfRandomSizes } from "../unit/flow-exporter/lib/random-sizes.ts";
import { ROOT } from "./lib/launcher.ts";

/** More than the first row group of a file has. */
const FLOWS = 1_500;
const READER = `
import json, sys
import pyarrow.parquet as parquet
table = parquet.read_table(sys.argv[1])
types = {field.name: str(field.type) for field in table.schema}
print(json.dumps({"types": types, "units": json.loads(table.schema.metadata[b"units"]), "rows": table.to_pylist()}))
`;
const host = createHost();

let python: string;
let folder: string;
before(async () => {
  const signal = AbortSignal.timeout(300_000);
  python = await provideVenv({ host, projectRoot: ROOT, report: console.log, signal });
  folder = await mkdtemp(path.join(tmpdir(), "flowtally-parquet-"));
});
after(() => rm(folder, { recursive: true, force: true }));

test("pyarrow reads the rows of a Parquet file as they were written, in the types of the table of columns", async () => {
  const { rows } = rowsOf(recordingOfRandomSizes(FLOWS));
  const columns = columnsOf("all");
  const read = await readBack(parquetOf(columns, rows));
  assert.deepEqual(
    read.types,
    Object.fromEntries(
      columns.map(({ name, kind }) => [name, { integer: "int64", number: "double", text: "string" }[kind]]),
    ),
  );
  assert.deepEqual(read.units, Object.fromEntries(columns.map(({ name, unit }) => [name, unit])));
  assert.deepEqual(
    read.rows,
    rows.map((row) => Object.fromEntries(columns.map(({ name }) => [name, row[name] ?? null]))),
  );
});

test("pyarrow reads a file of a recording without flows", async () => {
  const { types, rows } = await readBack(parquetOf(columnsOf("k-means"), []));
  assert.deepEqual([Object.keys(types), rows], [columnsOf("k-means").map(({ name }) => name), []]);
});

async function readBack(bytes: Buffer): Promise<{ types: object; units: object; rows: object[] }> {
  const file = path.join(folder, "d_1.parquet");
  await writeFile(file, bytes);
  const { ok, stdout, message } = await host.run(python, ["-c", READER, file]);
  assert.ok(ok, message);
  return JSON.parse(stdout);
}
