import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { between, COLORS, ColorBook, colorsOf } from "../../../../exporters/console/lib/colors.ts";

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

describe("colorsOf", () => {
  const OWN_WORDS = ["flowtally", "this host", "world", "dns", "container", "unknown", "other"];
  const alone = (name: string) => colorsOf([name]).get(name);
  /** Five names of one colour by their hash, the first by the alphabet first. */
  const rivals = names(100)
    .filter((name) => alone(name) === alone("series 0"))
    .sort()
    .slice(0, 5);

  it("goes by the names alone, in whatever order they come", () => {
    const forth = colorsOf(names(20));
    const back = colorsOf(names(20).reverse());
    for (const name of names(20)) assert.equal(forth.get(name), back.get(name));
  });

  it("keeps the colour of a name that no other wants, whoever else is there", () => {
    const others = names(100).filter((name) => alone(name) !== alone("shop"));
    for (const count of [1, 10, others.length]) {
      assert.equal(colorsOf([...others.slice(0, count), "shop"]).get("shop"), alone("shop"));
    }
  });

  it("lets names that want the same colour step aside, while there are others", () => {
    const given = colorsOf(rivals);
    assert.equal(new Set(given.values()).size, rivals.length);
    assert.equal(given.get(rivals[0] ?? ""), alone(rivals[0] ?? ""));
    assert.equal(colorsOf(names(100)).size, 100);
  });

  it("gives the map's own words each its own", () => {
    for (const word of OWN_WORDS) assert.equal(colorsOf(OWN_WORDS).get(word), alone(word));
  });
});

describe("between", () => {
  const scale = ["#000000", "#ff0000", "#ffffff"];
  it("mixes the colours of a scale", () => {
    assert.equal(between(scale, 0), "rgb(0 0 0)");
    assert.equal(between(scale, 0.25), "rgb(128 0 0)");
    assert.equal(between(scale, 0.5), "rgb(255 0 0)");
    assert.equal(between(scale, 1), "rgb(255 255 255)");
  });
  it("stays within the scale", () => assert.equal(between(scale, 7), "rgb(255 255 255)"));
});
