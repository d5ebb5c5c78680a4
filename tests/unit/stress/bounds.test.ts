import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { StartError, UsageError } from "../../../start/errors.ts";
import { boundsOf, loadSeconds } from "../../../start/stress/bounds.ts";
import { labNamed } from "../../../start/stress/labs.ts";

const MEBIBYTE = 2 ** 20;

describe("the bounds of a load", () => {
  it("leave a core free, where there is more than one", () => {
    const workers = [1, 2, 8].map((cores) => boundsOf({ cores, availableBytes: 2 ** 33 }).workers);
    assert.deepEqual(workers, [1, 1, 7]);
  });

  it("take a tenth of the memory that is available, 512 MiB at most", () => {
    assert.equal(boundsOf({ cores: 2, availableBytes: 1005 * MEBIBYTE }).memoryBytes, 100 * MEBIBYTE);
    assert.equal(boundsOf({ cores: 2, availableBytes: 2 ** 40 }).memoryBytes, 512 * MEBIBYTE);
  });

  it("are refused on a machine that has nothing to spare", () => {
    assert.throws(
      () => boundsOf({ cores: 2, availableBytes: 319 * MEBIBYTE }),
      (error) => error instanceof StartError && error.code === "TOO_LITTLE_MEMORY",
    );
  });

  it("hold its time between 5 and 600 seconds", () => {
    assert.deepEqual([loadSeconds(), loadSeconds("5"), loadSeconds("600")], [20, 5, 600]);
    for (const text of ["4", "601", "1e2", "-9", "5.5", ""]) assert.throws(() => loadSeconds(text), UsageError, text);
  });
});

describe("the loads", () => {
  it("are five, and an unknown one is told with their names", () => {
    for (const name of ["disk", "cpu", "memory", "network", "flows"]) assert.ok(labNamed(name).jobs.length > 0);
    const known = "The loads are disk, cpu, memory, network, flows.";
    assert.throws(() => labNamed(undefined), { message: `npm run stress needs a load. ${known}` });
    assert.throws(() => labNamed("toString"), { message: `Unknown load "toString". ${known}` });
    assert.throws(() => labNamed("dsik"), { message: `Unknown load "dsik". Did you mean disk? ${known}` });
  });

  it("each have something that must move", () => {
    const bounds = boundsOf({ cores: 2, availableBytes: 2 ** 33 });
    for (const name of ["disk", "cpu", "memory", "network", "flows"]) {
      assert.ok(
        labNamed(name)
          .measures(bounds)
          .some(({ least }) => least !== undefined),
        name,
      );
    }
  });
});
