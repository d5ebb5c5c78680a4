import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ProcessHistory } from "../../../../../../exporters/flow-exporter/metadata/process-history.ts";
import type { ProcessRow } from "../../../../../../exporters/flow-exporter/model/process.ts";
import { FlowTable } from "../../../../../../exporters/flow-exporter/sources/kernel/sockets/flow-table.ts";
import { workOf } from "../../../../../../exporters/flow-exporter/sources/kernel/sockets/work.ts";
import { closed, process, rows, world } from "../../../lib/world.ts";

const SECOND_NS = 1e9;
const BORN_NS = 5 * SECOND_NS;
const SOCKET = {
  cookie: 1,
  source: "192.168.1.10:4000",
  destination: "9.9.9.9:443",
  pid: 7,
  comm: "curl",
  start: 101 * SECOND_NS,
};

describe("the work beside a flow", () => {
  test("is what its process had done at its start, and did up to now", () => {
    const { history, table } = afterReads(100, 101, 102, 103);
    table.update(rows(SOCKET), world({ history }));
    const [flow] = table.flows;
    assert.ok(flow);
    const { before, during, pid } = workOf(flow, history) ?? {};
    assert.deepEqual([pid, before?.cpuSeconds, before?.writtenBytes, before?.residentBytes], [7, 101, 1010, 10_100]);
    assert.deepEqual([during?.cpuSeconds, during?.writtenBytes, during?.residentBytes], [2, 20, 10_300]);
  });

  test("stops at its end", () => {
    const { history, table, seen } = afterReads(100, 101, 102, 103, 104);
    table.update(rows(), seen(), closed([SOCKET, { sequence: 1, endNs: 102.4 * SECOND_NS }]));
    const [flow] = table.flows;
    assert.ok(flow);
    history.add([rowAt(105)], 105 * SECOND_NS);
    assert.equal(workOf(flow, history)?.during.cpuSeconds, 1);
  });

  test("is not shown of a flow that began long before the first read, or older than the tracer", () => {
    for (const start of [90 * SECOND_NS, 0]) {
      const { history, table, seen } = afterReads(100, 101);
      table.update(rows({ ...SOCKET, start }), seen());
      const [flow] = table.flows;
      assert.ok(flow);
      assert.equal(workOf(flow, history), undefined);
    }
  });

  test("is not mixed up with another process that got the same number", () => {
    const { history, table, seen } = afterReads(100, 101);
    table.update(rows(SOCKET), seen());
    history.add([{ ...rowAt(102), startNs: 101.5 * SECOND_NS }], 102 * SECOND_NS);
    const [flow] = table.flows;
    assert.ok(flow);
    assert.equal(workOf(flow, history), undefined);
  });

  test("a process that has ended is remembered for a moment, not for ever", () => {
    const { history } = afterReads(100, 101);
    history.add([], 103 * SECOND_NS);
    assert.equal(history.latest(7)?.row.cpuNs, 101 * SECOND_NS);
    history.add([], 106 * SECOND_NS);
    assert.equal(history.latest(7), undefined);
  });
});

/** A process that does one second's work each second. */
function rowAt(second: number): ProcessRow {
  return process(7, {
    comm: "curl",
    startNs: BORN_NS,
    cpuNs: second * SECOND_NS,
    writtenBytes: 10 * second,
    residentBytes: 100 * second,
  });
}

function afterReads(...seconds: number[]) {
  const history = new ProcessHistory();
  for (const second of seconds) history.add([rowAt(second)], second * SECOND_NS);
  return { history, table: new FlowTable(), seen: () => world({ history }) };
}
