import assert from "node:assert/strict";
import { test } from "node:test";
import { placesFor, roomIn } from "../../../../../exporters/flow-exporter/sources/kernel/room.ts";

/** Of a thousand sockets of TCP. */
const BYTES = 1_300_000;

test("a little more than half of the heap is for sockets, and nothing is taken in when it is nearly full", () => {
  let used = 0;
  const room = roomIn(300e6, () => used);
  assert.equal(Math.round(room.bytes), 165e6);
  assert.equal(room.isTight(), false);
  used = 280e6;
  assert.equal(room.isTight(), true);
});

for (const [name, kept, udpWanted, expected] of [
  ["where UDP is not counted, all is TCP's", { tcp: 100, udp: 0 }, 0, { tcp: 900, udp: 487 }],
  ["a quarter is kept for UDP", { tcp: 0, udp: 0 }, 10, { tcp: 750, udp: 487 }],
  ["TCP gets what UDP wants no longer", { tcp: 300, udp: 260 }, 260, { tcp: 300, udp: 195 }],
  ["a quarter is TCP's whatever UDP wants", { tcp: 0, udp: 0 }, 9_000, { tcp: 250, udp: 487 }],
  ["together they never take more", { tcp: 700, udp: 150 }, 400, { tcp: -316, udp: 45 }],
] as const) {
  test(name, () => assert.deepEqual(placesFor(BYTES, kept, udpWanted), expected));
}
