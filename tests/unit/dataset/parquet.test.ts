import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { columnsOf, type Row } from "../../../exporters/flow-exporter/dataset/columns.ts";
import { rowsOf } from "../../../exporters/flow-exporter/dataset/rows.ts";
import { parquetOf } from "../../../start/dataset/parquet.ts";
import { MACHINE, recorded } from "../flow-exporter/lib/recorded.ts";

describe("rows as Parquet", () => {
  test("are read back as they were, in types that hold them, and null where nothing is known", async () => {
    const flows = [
      recorded({ startNs: 1, bytes: 5, firstCallBytes: undefined, peer: "master, the first" }),
      recorded({
        startNs: 2_500_000_001,
        bytes: 2 ** 40,
        isClient: undefined,
        before: { sentBytes: 5, receivedBytes: 0 },
      }),
    ];
    const { rows } = rowsOf({ startNs: 0, flows, samples: [], queues: [], machine: MACHINE });
    for (const set of ["k-means", "all"] as const) {
      const columns = columnsOf(set);
      const read = await readBack(parquetOf(columns, rows));
      assert.deepEqual(
        read,
        rows.map((row) =>
          Object.fromEntries(columns.map(({ name, kind }) => [name, expected(row[name], kind === "integer")])),
        ),
      );
    }
  });

  test("are a file with all columns where there are none", async () => {
    const file = parquetOf(columnsOf("k-means"), []);
    assert.deepEqual(await readBack(file), []);
    const { schema } = parquetMetadata(bufferOf(file));
    assert.deepEqual(
      schema.slice(1).map(({ name, type }) => [name, type]),
      columnsOf("k-means").map(({ name, kind }) => [
        name,
        { integer: "INT64", number: "DOUBLE", text: "BYTE_ARRAY" }[kind],
      ]),
    );
  });

  test("have the units of their columns beside them", () => {
    const { key_value_metadata: metadata } = parquetMetadata(bufferOf(parquetOf(columnsOf("k-means"), [])));
    const units = JSON.parse(metadata?.find(({ key }) => key === "units")?.value ?? "{}");
    assert.deepEqual([units.flow_size, units.time, units.cpu, units.machine], ["bytes", "seconds", "fraction", ""]);
  });
});

function expected(value: Row[keyof Row], isInteger: boolean): unknown {
  if (value === undefined) return null;
  return isInteger ? BigInt(value) : value;
}

function readBack(file: Buffer): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({ file: bufferOf(file) });
}

function bufferOf(file: Buffer): ArrayBuffer {
  return new Uint8Array(file).buffer;
}
