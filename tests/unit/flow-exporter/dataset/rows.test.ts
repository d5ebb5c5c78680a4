import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Row } from "../../../../exporters/flow-exporter/dataset/columns.ts";
import type { RecordedFlow } from "../../../../exporters/flow-exporter/dataset/recorded.ts";
import { type Recording, rowsOf } from "../../../../exporters/flow-exporter/dataset/rows.ts";
import { MACHINE, MASTER, recorded, sample, WORKER } from "../lib/recorded.ts";

const MS = 1_000_000;
const SECOND = 1_000 * MS;
/** When the recording began, since boot. */
const START = 5_000 * SECOND;

describe("a row", () => {
  test("tells when the flow began, and what its container had sent and received before", () => {
    const [row] = rowsOfFlows([
      recorded({
        startNs: START + 1_500 * MS + 1,
        before: { sentBytes: 10, receivedBytes: 20 },
        beforeWithPeer: { sentBytes: 1, receivedBytes: 2 },
      }),
    ]);
    assert.partialDeepStrictEqual(row, {
      index: 0,
      time: 1.500000001,
      agg_net_out: 10,
      agg_net_in: 20,
      agg_net_out_per_machine: 1,
      agg_net_in_per_machine: 2,
      machine: "master",
      container: "worker",
      is_client: 1,
      first_call: 600,
      flow_size: 1_000,
    });
  });

  test("tells how long ago the container's previous flow began, and how many there were, whatever others do", () => {
    const rows = rowsOfFlows([
      recorded({ startNs: START + 2 * SECOND }),
      recorded({ startNs: START + 3 * SECOND, containerId: MASTER }),
      recorded({ startNs: START + 4 * SECOND }),
    ]);
    assert.deepEqual(values(rows, "previous_flow_time"), [undefined, undefined, 2]);
    assert.deepEqual(values(rows, "flow_frequency"), [0, 0, 0.25]);
  });

  test("knows of earlier flows that are no rows themselves", () => {
    const rows = rowsOfFlows([
      recorded({ startNs: START + SECOND, isWhole: false }),
      recorded({ startNs: START + 2 * SECOND }),
    ]);
    assert.deepEqual(values(rows, "previous_flow_time"), [1]);
  });

  test("leaves empty what nobody knows", () => {
    const [row] = rowsOfFlows([recorded({ isClient: undefined, firstCallBytes: undefined, startNs: START })]);
    const empty = Object.entries(row ?? {}).flatMap(([name, value]) => (value === undefined ? [name] : []));
    for (const name of ["is_client", "first_call", "rtt_seconds", "cpu", "process_ram", "thread_reads", "tcp_queue"])
      assert.ok(empty.includes(name), name);
  });

  test("has the work of the process and the thread in base units", () => {
    const process = {
      pid: 7,
      comm: "java",
      startNs: START - SECOND,
      cpuNs: 250 * MS,
      readBytes: 1,
      writtenBytes: 2,
      minorFaults: 3,
      majorFaults: 4,
      residentBytes: 5,
    };
    const thread = { cpuNs: 50 * MS, readCallBytes: 6, readCalls: 7, voluntarySwitches: 8, involuntarySwitches: 9 };
    const [row] = rowsOfFlows([recorded({ startNs: START + SECOND, process, thread, rttSeconds: 0.00025 })]);
    assert.partialDeepStrictEqual(row, {
      execution_time: 2,
      process_cpu_seconds: 0.25,
      process_disk_read: 1,
      process_disk_write: 2,
      process_minor_faults: 3,
      process_major_faults: 4,
      process_ram: 5,
      thread_cpu_seconds: 0.05,
      thread_read_bytes: 6,
      thread_reads: 7,
      thread_voluntary_switches: 8,
      thread_involuntary_switches: 9,
      rtt_seconds: 0.00025,
    });
  });
});

describe("flows that are no rows", () => {
  test("are named with the reason", () => {
    const { rows, leftOut } = rowsOf(
      recording([
        recorded({ startNs: START, bytes: 0 }),
        recorded({ startNs: START + 1, isWhole: false }),
        recorded({ startNs: START + 2, end: "recording" }),
        recorded({ startNs: START + 3 }),
      ]),
    );
    assert.deepEqual(
      leftOut.map(({ reason }) => reason),
      ["no bytes", "began before the recording", "had not ended"],
    );
    assert.deepEqual(values(rows, "index"), [0]);
  });

  test("are not bursts on an older connection, once a gap was seen on it", () => {
    const older = { isWhole: false, end: "gap" } as const;
    const flows = [
      recorded({ ...older, startNs: START + 49 * MS }),
      recorded({ ...older, startNs: START + 50 * MS, bytes: 2 }),
    ];
    const { rows, leftOut } = rowsOf({ ...recording(flows), gapNs: 50 * MS });
    assert.deepEqual(values(rows, "flow_size"), [2]);
    assert.deepEqual(
      leftOut.map(({ reason }) => reason),
      ["began before the recording"],
    );
  });
});

describe("rows in order", () => {
  test("are sorted and numbered however the flows came, and none is lost", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1_000_000 }), { maxLength: 40 }), (moments) => {
        const rows = rowsOfFlows(moments.map((moment) => recorded({ startNs: START + moment })));
        const times = values(rows, "time") as number[];
        assert.deepEqual(
          times,
          times.toSorted((one, other) => one - other),
        );
        assert.deepEqual(
          values(rows, "index"),
          moments.map((_, index) => index),
        );
      }),
    );
  });
});

describe("sampled columns", () => {
  test("know nothing of the call that the first byte is of, however long it waits before that leaves", () => {
    const samples = [100, 200, 300].map((ms) => sample(START + ms * MS, { [WORKER]: { writtenBytes: ms } }));
    const flow = recorded({ startNs: START + 350 * MS, calledNs: START + 250 * MS });
    const { rows } = rowsOf({ ...recording([flow]), samples });
    assert.deepEqual(values(rows, "disk_write"), [100]);
  });

  test("are of the last sample that had ended before the flow began", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(500)), fc.nat(500), (ended, begins) => {
        // Each sample says when it ended, as bytes written.
        const samples = ended.map((at) =>
          sample(START + at, { [WORKER]: { writtenBytes: at, memoryBytes: at * 1e6 } }),
        );
        const { rows } = rowsOf({ ...recording([recorded({ startNs: START + begins })]), samples });
        const before = ended.filter((at) => at < begins);
        const last = before.length > 0 ? Math.max(...before) : undefined;
        assert.equal(rows[0]?.ram, last === undefined ? undefined : last / 1_000);
        assert.equal(rows[0]?.disk_write, last === undefined ? undefined : last - Math.min(...ended));
      }),
    );
  });

  test("have CPU and memory as fractions, of the limit where there is one", () => {
    const samples = [
      sample(START + 50 * MS, { [WORKER]: { cpuNs: 7 * MS }, [MASTER]: {} }),
      sample(START + 100 * MS, {
        [WORKER]: { cpuNs: 32 * MS, memoryBytes: 250_000_000 },
        [MASTER]: { cpuNs: 900 * MS, memoryBytes: 2_000_000_000 },
      }),
    ];
    const flows = [
      recorded({ startNs: START + 60 * MS }),
      recorded({ startNs: START + 101 * MS }),
      recorded({ startNs: START + 102 * MS, containerId: MASTER }),
    ];
    const { rows } = rowsOf({ ...recording(flows), samples });
    assert.deepEqual(values(rows, "cpu"), [undefined, 0.25, 1]);
    assert.deepEqual(values(rows, "ram"), [0, 0.25, 0.25]);
    assert.deepEqual(values(rows, "host_cpu"), [undefined, 0, 0]);
    assert.deepEqual(values(rows, "host_ram"), [0.25, 0.25, 0.25]);
  });

  test("count on where a container was restarted", () => {
    const written = [700, 1_000, 40, 90];
    const samples = written.map((writtenBytes, at) => sample(START + at * 50 * MS, { [WORKER]: { writtenBytes } }));
    const { rows } = rowsOf({ ...recording([recorded({ startNs: START + SECOND })]), samples });
    assert.equal(rows[0]?.disk_write, 300 + 40 + 50);
  });

  test("have what waits in send queues as it was last told", () => {
    const queues = [10, 20, 30].map((at) => ({
      atNs: START + at,
      containerId: WORKER,
      queuedBytes: at,
      memoryReadBytes: undefined,
      memoryWrittenBytes: undefined,
    }));
    const flows = [5, 20, 25].map((at) => recorded({ startNs: START + at }));
    const { rows } = rowsOf({ ...recording(flows), queues });
    assert.deepEqual(values(rows, "tcp_queue"), [undefined, 10, 20]);
  });

  test("have memory by the cache's misses where those are counted, else by page faults", () => {
    const samples = [0, 50].map((at) =>
      sample(START + at * MS, { [WORKER]: { memoryReadBytes: 4_096 * (at + 1), memoryWrittenBytes: at } }),
    );
    const queues = [0, 50].map((at) => ({
      atNs: START + at * MS,
      containerId: WORKER,
      queuedBytes: 0,
      memoryReadBytes: 64 * (at + 1),
      memoryWrittenBytes: 64,
    }));
    const flows = [recorded({ startNs: START + SECOND })];
    const faults = rowsOf({ ...recording(flows), samples }).rows;
    const misses = rowsOf({ ...recording(flows), samples, queues }).rows;
    assert.deepEqual([faults[0]?.memory_read, faults[0]?.memory_write], [4_096 * 50, 50]);
    assert.deepEqual([misses[0]?.memory_read, misses[0]?.memory_write], [64 * 50, 0]);
  });
});

function recording(flows: readonly RecordedFlow[]): Recording {
  return { startNs: START, flows, samples: [], queues: [], machine: MACHINE };
}

function rowsOfFlows(flows: readonly RecordedFlow[]): readonly Row[] {
  return rowsOf(recording(flows)).rows;
}

function values(rows: readonly Row[], column: keyof Row): unknown[] {
  return rows.map((row) => row[column]);
}
