import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { FlowRows } from "../../../../../../exporters/flow-exporter/sources/kernel/rows/flow-rows.ts";
import { createFlow } from "../../../../../../exporters/flow-exporter/sources/kernel/sockets/flow.ts";
import { createSocket, renew } from "../../../../../../exporters/flow-exporter/sources/kernel/sockets/flow-socket.ts";
import { LastRows } from "../../../../../../exporters/flow-exporter/sources/kernel/sockets/last-rows.ts";
import type { FlowSocket } from "../../../../../../exporters/flow-exporter/sources/kernel/sockets/shapes.ts";
import { rows } from "../../../lib/world.ts";

const LISTEN = 10;

interface Socket {
  cookie: number;
  sent: number;
  state?: number;
}

const SOCKET = fc.record({
  cookie: fc.integer({ min: 1, max: 60 }),
  sent: fc.nat(2),
  state: fc.constantFrom(1, 1, 1, LISTEN),
});

describe("the rows of the last read", () => {
  test("that come again as they were are not looked at, wherever they are", () => {
    const { read } = reader();
    const sockets = many(1_000);
    assert.equal(read(sockets).length, 1_000);
    assert.deepEqual(read(sockets), []);
    const [first, ...others] = sockets;
    assert.ok(read([...others.slice(0, 500), { cookie: 7_000, sent: 1 }, ...others.slice(500)]).length <= 16);
    assert.ok(read([...others.slice(0, 500), ...others.slice(500)]).length <= 16);
    assert.ok(first);
    assert.ok(read([first, ...others]).length <= 8);
  });

  test("are looked at where one of them has changed", () => {
    const { read } = reader();
    const sockets = many(1_000);
    read(sockets);
    const looked = read(sockets.map((one) => (one.cookie === 400 ? { ...one, sent: 9 } : one)));
    assert.ok(looked.includes(400));
    assert.ok(looked.length <= 8, `${looked}`);
  });

  test("say of each socket whether it was there, and have its counters, whatever changes", () => {
    const sockets = fc.uniqueArray(SOCKET, {
      selector: ({ cookie }) => cookie,
      maxLength: 60,
    });
    const sorted = sockets.map((all) => all.toSorted((a, b) => a.cookie - b.cookie));
    fc.assert(
      fc.property(fc.array(fc.oneof(sockets, sorted), { maxLength: 6 }), (reads) => {
        const { read, sides, last, counts } = reader();
        for (const shown of reads) {
          read(shown);
          assert.equal(counts.at(-1), shown.filter(({ state }) => state !== LISTEN).length);
          for (const side of sides.values()) {
            const socket = shown.find(({ cookie, state }) => cookie === side.key && state !== LISTEN);
            assert.equal(last.has(side), socket !== undefined);
            if (socket) assert.equal(side.sentBytes, socket.sent);
            assert.equal(side.row.cookie, side.key);
            last.holdRow(side);
            assert.equal(side.row.cookie, side.key);
          }
        }
      }),
    );
  });

  test("are those of the sockets that left them there, also while a read is taken in that brings others", () => {
    const { read, sides, last } = reader((looked) => assert.deepEqual(rowsOf(looked), keysOf(looked)));
    read(many(300));
    const held = [...sides.values()];
    for (const side of held) last.holdRow(side);
    read([{ cookie: 7_000, sent: 1 }, ...many(300).filter(({ cookie }) => cookie % 10 > 0)]);
    assert.deepEqual(rowsOf(held), keysOf(held));
  });

  test("are all looked at again where that is asked for, and still have the rows", () => {
    const { read, sides, last } = reader();
    read(many(100));
    const held = [...sides.values()];
    for (const side of held) last.holdRow(side);
    last.lookAtAll();
    assert.equal(read(many(100)).length, 100);
    assert.deepEqual(read(many(100)), []);
    assert.deepEqual(rowsOf(held), keysOf(held));
  });

  test("do not stand for a socket that has ended meanwhile", () => {
    const { read, sides, last, counts } = reader();
    read(many(20));
    const side = sides.get(5);
    assert.ok(side && last.has(side));
    last.holdRow(side);
    last.remove(side);
    assert.equal(last.has(side), false);
    assert.deepEqual(read(many(20)), []);
    assert.equal(last.has(side), false);
    assert.equal(counts.at(-1), 19);
    read(many(40).slice(20));
    assert.equal(side.row.cookie, 5);
  });

  test("are all new once they are cleared", () => {
    const { read, last } = reader();
    read(many(20));
    last.clear();
    assert.equal(read(many(20)).length, 20);
  });
});

function many(count: number): Socket[] {
  return Array.from({ length: count }, (_, index) => ({ cookie: index + 1, sent: 1 }));
}

function keysOf(sockets: Iterable<FlowSocket>): number[] {
  return Array.from(sockets, ({ key }) => key);
}

function rowsOf(sockets: Iterable<FlowSocket>): number[] {
  return Array.from(sockets, ({ row }) => row.cookie);
}

/**
 * Reads sockets, of which those that listen are not open; `read` returns the cookies of the rows that were looked at.
 * `onLook` gets all sockets while a row is looked at.
 */
function reader(onLook: (sockets: Iterable<FlowSocket>) => void = () => {}) {
  const last = new LastRows();
  const sides = new Map<number, FlowSocket>();
  const counts: number[] = [];
  const sideOf = (all: FlowRows, index: number) => {
    const side = sides.get(all.key(index)) ?? createSocket(all, index, all.row(index), createFlow(1, 0), []);
    sides.set(side.key, side);
    return side;
  };
  const read = (sockets: readonly Socket[]) => {
    const looked: number[] = [];
    const all = rows(...sockets.map((one) => ({ ...one, source: "192.0.2.1:1", destination: "192.0.2.2:2" })));
    const open = last.update(all, (index) => {
      if (all.state(index) === LISTEN) return undefined;
      const side = sideOf(all, index);
      renew(side, all, index);
      looked.push(side.key);
      onLook([...sides.values()]);
      return side;
    });
    counts.push(open);
    return looked;
  };
  return { read, sides, last, counts };
}
