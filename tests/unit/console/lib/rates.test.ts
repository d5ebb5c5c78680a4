import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RateBook } from "../../../../exporters/console/lib/rates.ts";

const at = (bytes: Record<string, number>) => new Map(Object.entries(bytes));

describe("RateBook", () => {
  it("knows no rate before the second look", () => {
    const book = new RateBook(10_000);
    book.add(0, at({ edge: 5 }));
    assert.equal(book.rate("edge"), undefined);
  });

  it("evens out over its window, and forgets what is older", () => {
    const book = new RateBook(10_000);
    book.add(0, at({ edge: 0 }));
    book.add(5000, at({ edge: 5000 }));
    book.add(10_000, at({ edge: 5000 }));
    assert.equal(book.rate("edge"), 500);
    book.add(15_000, at({ edge: 5000 }));
    assert.equal(book.rate("edge"), 0);
  });

  it("counts an edge that is new from zero", () => {
    const book = new RateBook(10_000);
    book.add(0, at({}));
    book.add(2000, at({ edge: 4000 }));
    assert.equal(book.rate("edge"), 2000);
  });

  it("shows no negative rate when counters start anew", () => {
    const book = new RateBook(10_000);
    book.add(0, at({ edge: 4000 }));
    book.add(2000, at({ edge: 10 }));
    assert.equal(book.rate("edge"), 0);
  });

  it("takes a look once only", () => {
    const book = new RateBook(10_000);
    book.add(1000, at({ edge: 1 }));
    book.add(1000, at({ edge: 9 }));
    assert.equal(book.rate("edge"), undefined);
  });
});
