import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { DecodeError } from "../../../../../../exporters/flow-exporter/sources/kernel/rows/bytes.ts";
import { CgroupRows } from "../../../../../../exporters/flow-exporter/sources/kernel/rows/cgroup-rows.ts";
import { ClosedRows } from "../../../../../../exporters/flow-exporter/sources/kernel/rows/closed-rows.ts";
import { FlowRows } from "../../../../../../exporters/flow-exporter/sources/kernel/rows/flow-rows.ts";
import { ROWS_VERSION } from "../../../../../../exporters/flow-exporter/sources/kernel/rows/layout.ts";
import { ProcessRows } from "../../../../../../exporters/flow-exporter/sources/kernel/rows/process-rows.ts";
import { decodePrograms } from "../../../../../../exporters/flow-exporter/sources/kernel/rows/program-rows.ts";
import { decodeStatus } from "../../../../../../exporters/flow-exporter/sources/kernel/rows/status-row.ts";
import { UdpRows } from "../../../../../../exporters/flow-exporter/sources/kernel/rows/udp-rows.ts";
import { cgroupRow, closedRow, processRow, programRow, socket, statusRow, udpRow } from "../../../lib/rows.ts";

const SOCKET = { cookie: 1, source: "10.0.0.1:40000", destination: "10.0.0.2:443" };

type Decoder = [name: string, decode: (bytes: Uint8Array) => unknown, row: Buffer];

const DECODERS: readonly Decoder[] = [
  ["flows", (bytes) => readAll(new FlowRows(bytes)), socket(SOCKET)],
  ["closed flows", (bytes) => readAll(new ClosedRows(bytes)), closedRow(SOCKET, { sequence: 1 })],
  ["UDP flows", (bytes) => readAll(new UdpRows(bytes)), udpRow(SOCKET, 1)],
  ["processes", (bytes: Uint8Array) => new ProcessRows().decode(bytes), processRow({ pid: 7 })],
  ["cgroups", (bytes: Uint8Array) => new CgroupRows().decode(bytes), cgroupRow({ id: 7 })],
  ["programs", decodePrograms, programRow({ id: 5 })],
  ["status", decodeStatus, statusRow({ heartbeat_ns: 1 })],
];

for (const [name, decode, row] of DECODERS) {
  describe(`${name} that are not as they should be`, () => {
    const count = fc.integer({ min: 1, max: 5 });

    test("cut off anywhere, are refused with the place and the length", () => {
      fc.assert(
        fc.property(count, fc.integer({ min: 1, max: row.length - 1 }), (whole, left) => {
          const bytes = Buffer.concat([...Array.from({ length: whole }, () => row), row.subarray(0, left)]);
          const message = `at byte ${whole * row.length} is cut off after ${left} of ${row.length} bytes`;
          assert.throws(() => decode(bytes), { name: "DecodeError", message: new RegExp(message) });
        }),
      );
    });

    test("of another version, any of them, are refused with that version", () => {
      const other = fc.integer({ min: 0, max: 255 }).filter((version) => version !== ROWS_VERSION);
      fc.assert(
        fc.property(count, fc.nat(), other, (rows, which, version) => {
          const bytes = Buffer.concat(Array.from({ length: rows }, () => row));
          const at = (which % rows) * row.length;
          bytes.writeUInt8(version, at + 3);
          const message = `at byte ${at} has size ${row.length}, kind ${row[2]}, version ${version};`;
          assert.throws(() => decode(bytes), { name: "DecodeError", message: new RegExp(message) });
        }),
      );
    });
  });
}

describe("random bytes", () => {
  for (const [name, decode] of DECODERS) {
    test(`${name}: a result or a DecodeError, nothing else`, () => {
      fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => decodesOrExplains(decode, bytes)));
    });
  }

  for (const [name, decode, valid] of DECODERS) {
    test(`${name} behind a valid head: a result or a DecodeError, nothing else`, () => {
      const length = valid.length - 4;
      fc.assert(
        fc.property(fc.uint8Array({ minLength: length, maxLength: length }), (bytes) => {
          const row = Buffer.from(valid);
          row.set(bytes, 4);
          decodesOrExplains(decode, row);
        }),
      );
    });
  }
});

function readAll(rows: FlowRows): unknown {
  return Array.from({ length: rows.length }, (_, index) => [rows.row(index), rows.sentBytes(index), rows.state(index)]);
}

function decodesOrExplains(decode: (bytes: Uint8Array) => unknown, bytes: Uint8Array): void {
  try {
    decode(bytes);
  } catch (error) {
    assert.ok(error instanceof DecodeError, String(error));
  }
}
