import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeKernelLine } from "../../../start/dataset/kernel/lines.ts";
import { lineSplitter } from "../../../start/dataset/kernel/split.ts";

const FLOW = {
  containerId: "6c1c",
  sourceAddress: "172.17.0.2",
  sourcePort: 5555,
  destinationAddress: "::ffff:172.17.0.3",
  destinationPort: 40_000,
  isClient: false,
  startNs: 5_000_000_000,
  calledNs: 4_999_000_000,
  lastNs: 6_000_000_000,
  bytes: 4_099,
  firstCallBytes: 4_000,
  calls: 2,
  before: { sentBytes: 1, receivedBytes: 2 },
  beforeWithPeer: { sentBytes: 0, receivedBytes: 0 },
  rttSeconds: 0.000_084,
  process: {
    pid: 7,
    comm: "node",
    startNs: 1,
    cpuNs: 2,
    readBytes: 3,
    writtenBytes: 4,
    minorFaults: 5,
    majorFaults: 6,
    residentBytes: 7,
  },
  thread: { cpuNs: 1, readCallBytes: 2, readCalls: 3, voluntarySwitches: 4, involuntarySwitches: 5 },
  end: "closed",
  isWhole: true,
} as const;
const decode = (value: unknown) => decodeKernelLine(JSON.stringify(value));

describe("a line of the kernel part", () => {
  it("is a flow, with all that is known of it", () => {
    assert.deepEqual(decode({ kind: "flow", ...FLOW }), { kind: "flow", flow: FLOW });
  });

  it("is a flow without what is not known", () => {
    const { isClient, firstCallBytes, calls, process, thread, rttSeconds, ...known } = FLOW;
    const missing = { isClient: undefined, firstCallBytes: undefined, calls: undefined, process: undefined };
    const flow = { ...known, ...missing, thread: undefined, rttSeconds: 0 };
    assert.deepEqual(decode({ kind: "flow", ...known }), { kind: "flow", flow });
  });

  it("is what it said as it began, of containers and queues, and as it ended", () => {
    const ready = { kind: "ready", atNs: 1, firstCall: "queue", memory: "none", notes: ["no PMU"] };
    assert.deepEqual(decode(ready), ready);
    assert.deepEqual(decode({ kind: "attached", atNs: 1, containerId: "a", cgroup: "/x" }), {
      kind: "attached",
      atNs: 1,
      containerId: "a",
    });
    assert.deepEqual(decode({ kind: "queue", atNs: 1, containerId: "a", queuedBytes: 9 }), {
      kind: "queue",
      queue: { atNs: 1, containerId: "a", queuedBytes: 9, memoryReadBytes: undefined, memoryWrittenBytes: undefined },
    });
    const end = { kind: "end", atNs: 9, flows: 1, lost: 0, openFlows: 0 };
    assert.deepEqual(decode(end), end);
  });

  const GARBAGE: readonly [unknown, RegExp][] = [
    [[], /the line is no object/],
    [null, /the line is no object/],
    [{ kind: "flows" }, /its kind is none/],
    [{ kind: "flow", ...FLOW, bytes: -1 }, /its bytes is no whole number/],
    [{ kind: "flow", ...FLOW, bytes: "1" }, /its bytes is no whole number/],
    [{ kind: "flow", ...FLOW, startNs: 2 ** 60 }, /its startNs is no whole number/],
    [{ kind: "flow", ...FLOW, before: 1 }, /before is no object/],
    [{ kind: "flow", ...FLOW, end: "soon" }, /its end is none of closed, gap, recording/],
    [{ kind: "flow", ...FLOW, isWhole: 1 }, /its isWhole is neither true nor false/],
    [{ kind: "ready", atNs: 1, firstCall: "tracepoint", memory: "none", notes: [1] }, /its notes are no texts/],
  ];
  for (const [value, expected] of GARBAGE) {
    it(`is refused where ${expected.source}`, () => void assert.throws(() => decode(value), expected));
  }

  it("is refused where it is not JSON", () => {
    assert.throws(() => decodeKernelLine("panic: oops"), /it is not JSON/);
  });
});

describe("a stream of lines", () => {
  it("is split wherever its chunks end, in the midst of a letter too", () => {
    const lines: string[] = [];
    const take = lineSplitter(100, (line) => lines.push(line));
    const bytes = Buffer.from("one\nzwölf\n\nthree");
    for (const byte of bytes) take(Buffer.from([byte]));
    assert.deepEqual(lines, ["one", "zwölf"]);
  });

  it("goes on behind a line that is too long, where that is allowed", () => {
    const lines: string[] = [];
    let long = 0;
    const take = lineSplitter(
      10,
      (line) => lines.push(line),
      () => long++,
    );
    for (const chunk of ["a\nxxxxxxxxx", "xxxxxxxxx", "xxxxxxxxxxxxx", "x\nb\n", "c\n"]) take(Buffer.from(chunk));
    assert.deepEqual([lines, long], [["a", "b", "c"], 1]);
  });

  it("ends where a line has no end", () => {
    const take = lineSplitter(100, () => {});
    take(Buffer.alloc(60, "x"));
    assert.throws(() => take(Buffer.alloc(60, "x")), /a line is longer than 100 characters/);
  });
});
