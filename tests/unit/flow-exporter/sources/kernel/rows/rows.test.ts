import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NETNS_OWNER } from "../../../../../../exporters/flow-exporter/model/socket.ts";
import { DecodeError } from "../../../../../../exporters/flow-exporter/sources/kernel/rows/bytes.ts";
import { CgroupRows } from "../../../../../../exporters/flow-exporter/sources/kernel/rows/cgroup-rows.ts";
import { ClosedRows } from "../../../../../../exporters/flow-exporter/sources/kernel/rows/closed-rows.ts";
import { FlowRows } from "../../../../../../exporters/flow-exporter/sources/kernel/rows/flow-rows.ts";
import { FLOW_ROW } from "../../../../../../exporters/flow-exporter/sources/kernel/rows/layout.ts";
import { ProcessRows } from "../../../../../../exporters/flow-exporter/sources/kernel/rows/process-rows.ts";
import { decodeStatus } from "../../../../../../exporters/flow-exporter/sources/kernel/rows/status-row.ts";
import { UdpRows } from "../../../../../../exporters/flow-exporter/sources/kernel/rows/udp-rows.ts";
import { cgroupRow, closedRow, processRow, socket, statusRow, udpRow } from "../../../lib/rows.ts";

const SOCKET = { cookie: 2 ** 40 + 7, source: "10.0.0.1:40000", destination: "10.0.0.2:443" };

describe("flow rows", () => {
  test("come out as they went in", () => {
    const bytes = socket({
      ...SOCKET,
      netns: 9,
      netnsOwner: NETNS_OWNER.user,
      cgroup: 2 ** 33,
      sent: 2 ** 45 + 1,
      received: 3,
      pid: 5,
      comm: "curl",
    });
    const rows = new FlowRows(Buffer.concat([socket({ ...SOCKET, cookie: 1 }), bytes]));
    assert.equal(rows.length, 2);
    assert.equal(rows.sentBytes(1), 2 ** 45 + 1);
    assert.equal(rows.receivedBytes(1), 3);
    const { sourceAddress, sourcePort, destinationAddress, destinationPort, ...row } = rows.row(1);
    assert.deepEqual([sourceAddress, sourcePort], ["10.0.0.1", 40000]);
    assert.deepEqual([destinationAddress, destinationPort], ["10.0.0.2", 443]);
    assert.deepEqual(row, {
      cookie: SOCKET.cookie,
      netns: 9,
      netnsCookie: 0,
      netnsOwner: NETNS_OWNER.user,
      cgroupId: 2 ** 33,
      startNs: 0,
      pid: 5,
      comm: "curl",
      protocol: 6,
      role: 0,
    });
  });

  test("of cookies that the kernel counts downwards from 2^64 are different, and are like no other's", () => {
    const cookies = [2n ** 64n - 1n, 2n ** 64n - 7n, 7n].map((value) => {
      const bytes = Buffer.concat([socket(SOCKET)]);
      bytes.writeBigUInt64LE(value, FLOW_ROW.fields.cookie.at);
      bytes.writeBigUInt64LE(value, FLOW_ROW.fields.netns_cookie.at);
      const rows = new FlowRows(bytes);
      const { cookie, netnsCookie } = rows.row(0);
      assert.deepEqual([rows.key(0), netnsCookie], [cookie, cookie]);
      return cookie;
    });
    assert.deepEqual(cookies, [2 ** 53 - 1, 2 ** 53 - 7, 7]);
  });

  test("a name cannot break a label or a log line", () => {
    const rows = new FlowRows(socket({ ...SOCKET, comm: 'a\n"b\u0007' }));
    assert.equal(rows.row(0).comm, 'a?"b?');
  });

  for (const [fault, at, value, message] of [
    ["size", 0, 64, /size 64, kind 2, version 6; this exporter reads size 128, kind 2, version 6/],
    ["kind", 2, 3, /kind 3/],
    ["version", 3, 1, /version 1; this/],
  ] as const) {
    test(`another ${fault} is refused by name`, () => {
      const bytes = Buffer.concat([socket(SOCKET), socket(SOCKET)]);
      bytes.writeUInt8(value, 128 + at);
      assert.throws(() => new FlowRows(bytes), { name: "DecodeError", message });
    });
  }

  test("a row that is cut off is refused with its place", () => {
    const bytes = Buffer.concat([socket(SOCKET), socket(SOCKET).subarray(0, 100)]);
    assert.throws(() => new FlowRows(bytes), { message: "flow_row at byte 128 is cut off after 100 of 128 bytes" });
  });

  test("a number that would not be exact is refused", () => {
    const bytes = socket(SOCKET);
    const { at } = FLOW_ROW.fields.sent_bytes;
    bytes.fill(0xff, at, at + 8);
    assert.throws(() => new FlowRows(bytes).sentBytes(0), { message: /larger than 2\^53/ });
  });
});

test("a process row has whose cgroup and network namespace it has, and what it has done", () => {
  const counters = { cpu_ns: 1, read_bytes: 2, written_bytes: 3, minor_faults: 4, major_faults: 5, resident_bytes: 6 };
  const [row] = new ProcessRows().decode(
    processRow({
      pid: 7,
      parent_pid: 1,
      netns: 8,
      netns_cookie: 11,
      cgroup_id: 9,
      cgroup_name: "x.scope",
      comm: "nginx",
      start_ns: 10,
      ...counters,
    }),
  );
  assert.deepEqual(row, {
    pid: 7,
    parentPid: 1,
    netns: 8,
    netnsCookie: 11,
    cgroupId: 9,
    cgroupName: "x.scope",
    comm: "nginx",
    startNs: 10,
    cpuNs: 1,
    readBytes: 2,
    writtenBytes: 3,
    minorFaults: 4,
    majorFaults: 5,
    residentBytes: 6,
  });
});

test("a closed row has how its flow ended", () => {
  const end = { sequence: 2 ** 40, endNs: 9, error: 111, lastState: 2 };
  const rows = new ClosedRows(Buffer.concat([closedRow(SOCKET, { sequence: 1 }), closedRow(SOCKET, end)]));
  assert.equal(rows.key(1), SOCKET.cookie);
  assert.deepEqual([rows.sequence(1), rows.endNs(1), rows.error(1), rows.lastState(1)], [2 ** 40, 9, 111, 2]);
  assert.deepEqual(new ClosedRows(rows.bytes(1)).row(0), rows.row(1));
});

test("a row of a control group has its path, and of a path that is cut off whole names only", () => {
  const rows = [
    cgroupRow({ id: 2 ** 40, path: "/docker/x", removed_ns: 5 }),
    cgroupRow({ id: 2, path: "/docker/half-a-na", cut_off: 1 }),
  ];
  assert.deepEqual(new CgroupRows().decode(Buffer.concat(rows)), [
    { id: 2 ** 40, path: "/docker/x", isCutOff: false, removedNs: 5 },
    { id: 2, path: "/docker", isCutOff: true, removedNs: 0 },
  ]);
});

test("a process that rests is the same object in the next reading, whatever came or went beside it", () => {
  const rows = new ProcessRows();
  const read = (...all: Record<string, number | string>[]) => rows.decode(Buffer.concat(all.map(processRow)));
  const [two, nine] = [
    { pid: 2, comm: "init" },
    { pid: 9, comm: "web", cpu_ns: 5 },
  ];
  const [, before] = read(two, nine);
  const [, , same] = read(two, { pid: 4, comm: "new" }, nine);
  assert.equal(same, before);
  const [again, worked] = read({ pid: 4, comm: "new" }, { ...nine, cpu_ns: 6 });
  assert.deepEqual([again?.pid, worked?.cpuNs, before?.cpuNs], [4, 6, 5]);
  const [renamed] = read({ ...nine, cpu_ns: 6, comm: "nginx" });
  assert.equal(renamed?.comm, "nginx");
  assert.deepEqual(read(), []);
});

test("a cgroup that stays is the same object in the next reading, and one that was removed meanwhile says so", () => {
  const rows = new CgroupRows();
  const read = (...all: Record<string, number | string>[]) => rows.decode(Buffer.concat(all.map(cgroupRow)));
  const [one, other] = [
    { id: 1, path: "/docker/x" },
    { id: 2, path: "/docker/y" },
  ];
  const before = read(one, other);
  const after = read(one, { ...other, removed_ns: 7 });
  assert.equal(after[0], before[0]);
  assert.deepEqual([before[1]?.removedNs, after[1]?.removedNs], [0, 7]);
  assert.deepEqual(
    read(other).map(({ path }) => path),
    ["/docker/y"],
  );
});

test("a UDP row is known by its entry, not by its socket", () => {
  const rows = new UdpRows(udpRow(SOCKET, 77, 5));
  assert.deepEqual([rows.key(0), rows.lastNs(0), rows.row(0).protocol], [77, 5, 17]);
});

test("the status is exactly one row", () => {
  const losses = { live_lost: 3, table_full: 4, closed_lost: 5, missed_events: 6, udp_lost: 7 };
  const room = { flows_room: 8, closed_room: 9, udp_room: 10 };
  const row = statusRow({
    heartbeat_ns: 1,
    flags: 21,
    udp_mode: 2,
    table_bytes: 2 ** 33,
    refused_runs: 11,
    ...losses,
    ...room,
    closed_written: 12,
    closed_freed: 13,
    closed_reads: 14,
    snapshots: 15,
    live_snapshot: 16,
    cgroups_lost: 17,
  });
  assert.deepEqual(decodeStatus(row), {
    heartbeatNs: 1,
    liveLost: 3,
    tableFull: 4,
    closedLost: 5,
    missedEvents: 6,
    udpLost: 7,
    parts: { udp: true, processes: false, owners: true, programs: false, cgroups: true },
    udpMode: "functions",
    room: { flows: 8, closed: 9, udp: 10 },
    tableBytes: 2 ** 33,
    refusedRuns: 11,
    closedWritten: 12,
    closedFreed: 13,
    closedReads: 14,
    snapshots: 15,
    liveSnapshot: 16,
    cgroupsLost: 17,
  });
  assert.throws(() => decodeStatus(statusRow({ udp_mode: 3 })), { name: "DecodeError", message: /not known: 3/ });
  assert.throws(() => decodeStatus(Buffer.concat([row, row])), { message: "pin status has 2 rows instead of one" });
  assert.throws(() => decodeStatus(Buffer.alloc(0)), DecodeError);
});
