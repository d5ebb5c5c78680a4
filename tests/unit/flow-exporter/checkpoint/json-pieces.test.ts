import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { jsonPieces } from "../../../../exporters/flow-exporter/checkpoint/json-pieces.ts";

test("an object in pieces is the same JSON as in one", () => {
  const values = fc.oneof(fc.jsonValue(), fc.constant(undefined), fc.array(fc.nat(), { maxLength: 30_000 }));
  fc.assert(
    fc.property(fc.dictionary(fc.string(), values), (object) => {
      assert.deepEqual(JSON.parse([...jsonPieces(object)].join("")), JSON.parse(JSON.stringify(object)));
    }),
    { numRuns: 100 },
  );
});

test("a Float64Array is written as the array of its numbers", () => {
  const numbers = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 30_000 });
  fc.assert(
    fc.property(numbers, (all) => {
      assert.equal([...jsonPieces({ all: Float64Array.from(all) })].join(""), JSON.stringify({ all }));
    }),
    { numRuns: 100 },
  );
});

test("no piece is of more than ten thousand numbers", () => {
  const numbers = Array.from({ length: 700_000 }, (_, index) => index);
  for (const each of [numbers, Float64Array.from(numbers)]) {
    const longest = Math.max(...[...jsonPieces({ each })].map((piece) => piece.length));
    assert.ok(longest < 10_000 * 8, `${longest} characters`);
  }
});
