import assert from "node:assert/strict";
import { test } from "node:test";
import type { HubbleFlow } from "../../../../../exporters/flow-exporter/model/hubble-flow.ts";
import { Ring } from "../../../../../exporters/flow-exporter/outputs/hubble/server/ring.ts";
import { hubbleFlow } from "../../../../lib/hubble/flow.ts";

const flows = (from: number, count: number): HubbleFlow[] =>
  Array.from({ length: count }, (_, number) => hubbleFlow({ uuid: `${from + number}` }));

function readerAt(next: number) {
  const reader = {
    next,
    woken: 0,
    wake: () => {
      reader.woken += 1;
    },
  };
  return reader;
}

test("keeps nothing while nobody reads", () => {
  const ring = new Ring(4);
  ring.add(flows(0, 3));
  assert.equal(ring.next, 0);
});

test("keeps what one has yet to read, and no more", () => {
  const ring = new Ring(8);
  const [fast, slow] = [readerAt(0), readerAt(0)];
  ring.join(fast);
  ring.join(slow);
  ring.add(flows(0, 4));
  assert.deepEqual([fast.woken, slow.woken], [1, 1]);
  assert.equal(ring.get(1)?.flow.uuid, "1");
  fast.next = 4;
  slow.next = 2;
  ring.add(flows(4, 1));
  assert.equal(ring.first, 2);
  assert.equal(ring.get(1), undefined);
  ring.leave(slow);
  assert.equal(ring.first, 4);
});

test("goes on without one that is too slow, who sees how many it has missed", () => {
  const ring = new Ring(4);
  const slow = readerAt(0);
  ring.join(slow);
  ring.add(flows(0, 10));
  assert.equal(ring.first - slow.next, 6);
  assert.deepEqual(
    [6, 7, 8, 9].map((number) => ring.get(number)?.flow.uuid),
    ["6", "7", "8", "9"],
  );
  assert.equal(ring.get(10), undefined);
});
