import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { renewSection } from "../../bench/document.ts";
import { added, readConsole } from "../../bench/instructions/console.ts";
import { regressions } from "../../bench/instructions/figures.ts";
import { besideEach, byProgram, LOOPBACK, TRACER } from "../../bench/instructions/script.ts";

const TOLD = [
  "count loopback/off connection 106100",
  "count loopback/off connection 106300",
  "count loopback/off connection 106200",
  "count loopback/off datagram 7600",
  "count loopback/off megabyte 707000",
  "[    5.1] a line of the kernel",
  "count loopback/off connection-all 2000",
  'programs before [{"id":3,"name":"follow_state","run_cnt":10,"run_time_ns":2500},{"id":4,"type":"ext"}]',
  'programs after [{"id":3,"name":"follow_state","run_cnt":30,"run_time_ns":7500},{"id":4,"type":"ext"}]',
  "finished",
];

describe("what the counting machine printed", () => {
  test("is the middle batch of each kind", () => {
    const expected = { connection: 106_200, datagram: 7_600, megabyte: 707_000 };
    assert.deepEqual(readConsole(TOLD).costs("loopback/off"), expected);
  });

  test("can be added up", () => {
    assert.equal(readConsole(TOLD).sum("loopback/off", "connection"), 318_600);
  });

  test("is not taken for nothing where it is missing", () => {
    assert.throws(
      () => readConsole(TOLD).costs("loopback/on"),
      /nothing was printed of connection under "loopback\/on"/,
    );
  });

  test("is refused with the last words of a machine that did not come to its end", () => {
    assert.throws(() => readConsole([...TOLD.slice(0, -1), "failed the observer ended"]), /the observer ended/);
  });

  test("has the programs that ran in between", () => {
    const ran = [{ name: "follow_state", runs: 20, instructions: 5_000 }];
    assert.deepEqual(readConsole(TOLD).programs("before", "after"), ran);
  });
});

describe("a regression", () => {
  const kept = { connection: 3_000, datagram: 500, megabyte: 0 };

  test("is 300 instructions more on a connection", () => {
    assert.match(regressions({ ...kept, connection: 3_300 }, kept).join(), /^a connection costs 3300 .* at most 3240/);
  });

  test("is not what another machine code brings, or less", () => {
    assert.deepEqual(regressions({ connection: 3_200, datagram: 540, megabyte: 1_450 }, kept), []);
    assert.deepEqual(regressions({ connection: 1_000, datagram: -20, megabyte: -900 }, kept), []);
  });

  test("is reported for each kind", () => {
    assert.equal(regressions({ connection: 9_000, datagram: 900, megabyte: 9_000 }, kept).length, 3);
  });
});

test("what is added is the difference of each kind", () => {
  const on = { connection: 8, datagram: 5, megabyte: 3 };
  const off = { connection: 5, datagram: 5, megabyte: 4 };
  assert.deepEqual(added(on, off), { connection: 3, datagram: 0, megabyte: -1 });
});

test("the load runs without, beside and again without an observer, settled in between", () => {
  const steps = besideEach(LOOPBACK, [TRACER]).trimEnd().split("\n");
  const observe = "observe tracer_is_ready flow-tracer --pins /sys/fs/bpf/flowtally";
  const load = (name: string) => `count load loopback/${name} - 127.0.0.1 7 connection datagram megabyte`;
  const expected = [load("off"), "settle", observe, load("flow-tracer"), "stop", "", "settle", load("off-again")];
  assert.deepEqual(steps, [":", "settle", ...expected]);
});

test("programs are listed on both sides of each kind of load", () => {
  const moments = [...byProgram(LOOPBACK).matchAll(/^programs (\S+)$/gm)].map(([, moment]) => moment);
  const kinds = ["connection", "datagram", "megabyte"];
  assert.deepEqual(
    moments,
    kinds.flatMap((kind) => [`${kind}-before`, `${kind}-after`]),
  );
});

describe("a section that is renewed alone", () => {
  const section = { title: "B", method: ["How."], tables: [] };
  const page = "# Page\n\nIntroduction.\n\n## A\n\na\n\n### Table of A\n\n## B\n\nold\n\n### Table of B\n\n## C\n\nc\n";

  test("takes the place of the one before, and leaves all else", () => {
    const expected = page.replace("old\n\n### Table of B", "Written today.\n\nHow.");
    assert.equal(renewSection(page, section, "Written today."), expected);
  });

  test("comes last where there was none", () => {
    const renewed = renewSection(page, { ...section, title: "D" }, "Written today.");
    assert.equal(renewed, `${page}\n## D\n\nWritten today.\n\nHow.\n`);
  });
});
