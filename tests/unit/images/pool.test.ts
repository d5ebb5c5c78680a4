import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { inParallel } from "../../../start/images/pool.ts";

const never = () => new AbortController().signal;

describe("inParallel", () => {
  it("runs a few at once, the next as soon as one has ended, and keeps the order of results", async () => {
    const gates = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
    const begun: number[] = [];
    const all = inParallel([...gates.entries()], { limit: 2, signal: never() }, async ([index, gate]) => {
      begun.push(index);
      await gate.promise;
      return index * 10;
    });
    await nextTurn();
    assert.deepEqual(begun, [0, 1]);
    gates[1]?.resolve();
    await nextTurn();
    assert.deepEqual(begun, [0, 1, 2]);
    for (const gate of gates) gate.resolve();
    assert.deepEqual(await all, [0, 10, 20, 30]);
  });

  it("aborts the others at the first failure, begins nothing more, and throws it when all have ended", async () => {
    const ended: string[] = [];
    const work = async (name: string, signal: AbortSignal) => {
      if (name === "bad") throw new Error("broken");
      while (!signal.aborted) await nextTurn();
      ended.push(name);
    };
    await assert.rejects(inParallel(["slow", "bad", "late"], { limit: 2, signal: never() }, work), /broken/);
    assert.deepEqual(ended, ["slow"]);
  });
});
