import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RingWatch } from "../../../../../../exporters/flow-exporter/sources/kernel/pins/ring-watch.ts";
import { Kernel } from "../../../lib/kernel.ts";

const ROOM = 1_024;

describe("the watch over the ring of ended flows", () => {
  const kernel = new Kernel();
  const holds = (closed_written: number, closed_lost: number, closed_freed: number) => {
    kernel.statusValues = { closed_room: ROOM, closed_written, closed_lost, closed_freed };
  };

  test("calls for a read once it is half full, and again only when that has freed something", () => {
    const watch = new RingWatch(kernel);
    const said = [
      [511, 0, 0],
      [512, 0, 0],
      [600, 0, 0],
      [1_124, 0, 600],
      [2_000, 300, 1_200],
      [2_200, 300, 1_200],
      [2_200, 300, 1_300],
    ].map(([written = 0, lost = 0, freed = 0]) => {
      holds(written, lost, freed);
      return watch.isFilling();
    });
    assert.deepEqual(said, [false, true, false, true, false, true, true]);
  });

  test("leaves it to the next cycle to tell that there is no tracer", () => {
    kernel.broken = "status";
    assert.equal(new RingWatch(kernel).isFilling(), false);
  });
});
