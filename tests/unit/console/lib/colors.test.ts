import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { between, COLORS, ColorBook, colorOf } from "../../../../exporters/console/lib/colors.ts";

const names = (count: number) => Array.from({ length: count }, (_, index) => `series ${index}`);

describe("ColorBook", () => {
  it("keeps a name's colour, whatever comes after it", () => {
    const book = new ColorBook();
    const before = names(5).map((name) => book.of(name));
    for (const name of names(40)) book.of(name);
    assert.deepEqual(
      names(5).map((name) => book.of(name)),
      before,
    );
  });

  it("gives every colour once before it gives one twice, and counts the rounds", () => {
    const book = new ColorBook();
    const first = names(COLORS).map((name) => book.of(name));
    assert.equal(new Set(first).size, COLORS);
    assert.equal(book.roundOf("series 0"), 0);
    assert.equal(book.roundOf("one more"), 1);
  });
});

describe("colorOf", () => {
  const OWN_WORDS = ["flowtally", "this host", "world", "dns", "container", "unknown", "other"];

  it("goes by the name alone", () => {
    const numbers = names(20).map((name) => colorOf(name, 16));
    assert.deepEqual(
      names(20)
        .reverse()
        .map((name) => colorOf(name, 16))
        .reverse(),
      numbers,
    );
    assert.ok(numbers.every((number) => number >= 0 && number < 16));
    assert.ok(new Set(numbers).size > 8);
  });

  it("gives the map's own words each its own", () => {
    assert.equal(new Set(OWN_WORDS.map((word) => colorOf(word, 16))).size, OWN_WORDS.length);
  });
});

describe("between", () => {
  const scale = ["#000000", "#ff0000", "#ffffff"];
  it("mixes the colours of a scale", () => {
    assert.equal(between(scale, 0), "rgb(0, 0, 0)");
    assert.equal(between(scale, 0.25), "rgb(128, 0, 0)");
    assert.equal(between(scale, 0.5), "rgb(255, 0, 0)");
    assert.equal(between(scale, 1), "rgb(255, 255, 255)");
  });
  it("stays within the scale", () => assert.equal(between(scale, 7), "rgb(255, 255, 255)"));
});
