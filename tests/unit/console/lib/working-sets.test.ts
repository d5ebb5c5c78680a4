import assert from "node:assert/strict";
import { it } from "node:test";
import { workingSetsOf } from "../../../../exporters/console/lib/working-sets.ts";

it("working sets are told by the container's id in its control group, whatever engine made that", () => {
  const sample = (id: string, bytes: number) => ({ metric: { id, name: "web" }, value: [0, String(bytes)] as const });
  const [one, other] = ["a".repeat(64), "b".repeat(64)];
  const known = workingSetsOf([
    sample(`/docker/${one}`, 5),
    sample(`/system.slice/docker-${other}.scope`, 7),
    sample("/user.slice", 9),
  ]);
  assert.deepEqual(
    [...known],
    [
      [one, 5],
      [other, 7],
    ],
  );
});
