import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { between, COLORS, colorOf, LookBook } from "../../../../exporters/console/lib/colors.ts";

const names = (count: number) => Array.from({ length: count }, (_, index) => `series ${index}`);

const looksOf = (book: LookBook, of: readonly string[]) => of.map((name) => book.of(name));
const keysOf = (book: LookBook, of: readonly string[]) =>
  looksOf(book, of).map(({ color, round }) => `${color} ${round}`);

describe("LookBook", () => {
  it("keeps a name's look, whatever comes after it, and while it is gone", () => {
    const book = new LookBook();
    const before = looksOf(book, names(5));
    const later = names(40).slice(3);
    book.makeRoomFor(new Set(later));
    looksOf(book, later);
    assert.deepEqual(looksOf(book, names(5)), before);
  });

  it("gives the same names the same looks, and no two the same", () => {
    const looks = keysOf(new LookBook(), names(30));
    assert.deepEqual(keysOf(new LookBook(), names(30)), looks);
    assert.equal(new Set(looks).size, 30);
  });

  it("gives every colour once before it gives one twice, and counts the rounds", () => {
    const book = new LookBook();
    const first = looksOf(book, names(COLORS));
    assert.equal(new Set(first.map(({ color }) => color)).size, COLORS);
    assert.equal(book.of("series 0").round, 0);
    assert.equal(book.of("one more").round, 1);
  });

  it("gives the looks of names that are gone anew before there are more than can be told apart", () => {
    const book = new LookBook();
    const [kept, gone] = [names(10), names(30).slice(10)];
    const before = keysOf(book, kept);
    looksOf(book, gone);
    const present = [...kept, ...names(50).slice(30)];
    book.makeRoomFor(new Set(present));
    const after = keysOf(book, present);
    assert.deepEqual(after.slice(0, 10), before);
    assert.equal(new Set(after).size, present.length);
    assert.ok(looksOf(book, present).every(({ round }) => round < 5));
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
