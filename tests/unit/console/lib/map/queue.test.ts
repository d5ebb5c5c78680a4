import assert from "node:assert/strict";
import { it } from "node:test";
import { Queue } from "../../../../../exporters/console/lib/map/queue.ts";

it("gives the value with the least cost first, and of the same cost the one put first", () => {
  const queue = new Queue<string>();
  const costs = Array.from({ length: 50 }, (_, at) => (at * 7) % 10);
  for (const [at, cost] of costs.entries()) queue.put(`${cost} ${String(at).padStart(2, "0")}`, cost);
  const taken = costs.map(() => queue.take() ?? "");
  assert.deepEqual(taken, [...taken].sort());
  assert.equal(new Set(taken).size, 50);
  assert.equal(queue.take(), undefined);
});
