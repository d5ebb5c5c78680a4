import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { countOf, faultsOf, loads, type Outcome, take } from "../../kernels/outcome.ts";
import type { Result } from "../../kernels/reporter.ts";
import { renderOutcomes } from "../../kernels/table.ts";

const READY = '{"level":"info","code":"READY","message":"pins in /sys/fs/bpf"}';

function result(outcome: Result["outcome"], name: string, reason = ""): Result {
  return { file: "tracer-udp", name, outcome, reason, milliseconds: 12 };
}

function outcome(changes: Partial<Outcome> = {}): Outcome {
  const results = [result("passed", "counts")];
  return {
    name: "6.1",
    release: "6.1.0-50-cloud-amd64",
    said: [READY],
    results,
    trouble: "",
    seconds: 99.6,
    ...changes,
  };
}

describe("a guest's lines", () => {
  it("are results, the tracer's own, or neither", () => {
    const told = { said: [] as string[], results: [] as Result[] };
    const lines = [`LOAD ${READY}`, `RESULT ${JSON.stringify(result("passed", "a: b"))}`, "RESULTS", ""];
    assert.deepEqual(
      lines.map((line) => take(told, line)),
      [true, true, false, false],
    );
    assert.deepEqual(told, { said: [READY], results: [result("passed", "a: b")] });
  });
});

describe("an outcome", () => {
  it("is good where the tracer loads and what could run passed", () => {
    const results = [result("passed", "counts"), result("skipped", "by functions", "no fentry")];
    assert.deepEqual(faultsOf(outcome({ results })), []);
  });

  it("is bad where nothing passed, as when no test was found", () => {
    assert.deepEqual(faultsOf(outcome({ results: [] })), ["no test passed"]);
  });

  it("says why the tracer does not load, in its own words", () => {
    const said = ['{"code":"HOOKS_MISSING"}'];
    assert.equal(loads({ said }), false);
    assert.deepEqual(faultsOf(outcome({ said })), ["the tracer does not load", ...said]);
  });

  it("names each failed test, and what happened to the guest", () => {
    const results = [result("passed", "counts"), result("failed", "is exact", "1 missing")];
    assert.deepEqual(faultsOf(outcome({ results, trouble: "it died" })), [
      "it died",
      "tracer-udp: is exact: 1 missing",
    ]);
    assert.deepEqual([countOf({ results }, "passed"), countOf({ results }, "failed")], [1, 1]);
  });
});

describe("the table", () => {
  it("has a line for each kernel, and what failed or was skipped below", () => {
    const results = [result("failed", "is exact", "1 missing"), result("skipped", "by functions", "no fentry")];
    assert.equal(
      renderOutcomes([outcome(), outcome({ name: "7.3", said: [], results, seconds: 5 })]),
      [
        "KERNEL  RELEASE               LOADS  PASSED  FAILED  SKIPPED  TIME",
        "6.1     6.1.0-50-cloud-amd64  yes    1       0       0        100 s",
        "7.3     6.1.0-50-cloud-amd64  no     0       1       1        5 s",
        "",
        "7.3: skipped: tracer-udp: by functions: no fentry",
        "7.3: FAILED: the tracer does not load",
        "7.3: FAILED: tracer-udp: is exact: 1 missing",
        "7.3: FAILED: no test passed",
      ].join("\n"),
    );
  });
});
