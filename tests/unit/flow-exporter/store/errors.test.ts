import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isMadeTwice, isPassing, postgresError } from "../../../../exporters/flow-exporter/store/postgres/errors.ts";
import { retried } from "../../../../exporters/flow-exporter/store/postgres/retry.ts";
import { sqliteError } from "../../../../exporters/flow-exporter/store/sqlite/errors.ts";

function coded(code: string): Error {
  return Object.assign(new Error("why"), { code });
}

describe("an error of PostgreSQL", () => {
  for (const [code, name] of [
    ["53100", "FULL"],
    ["53300", "UNREACHABLE"],
    ["25006", "READ_ONLY"],
    ["28P01", "REFUSED"],
    ["57P03", "UNREACHABLE"],
    ["42601", "FAILED"],
    ["42P01", "NO_TABLES"],
    ["42703", "NO_TABLES"],
    ["22021", "BAD_ROWS"],
    ["23502", "BAD_ROWS"],
    ["ECONNREFUSED", "UNREACHABLE"],
    ["EPIPE", "UNREACHABLE"],
  ] as const) {
    it(`${code} is ${name}`, () => assert.equal(postgresError(coded(code)).code, name));
  }

  it("has the words of each address that was tried", () => {
    const error = new AggregateError([new Error("no way to ::1"), new Error("127.0.0.1 refuses")]);
    assert.equal(postgresError(error).message, "no way to ::1; 127.0.0.1 refuses");
  });

  it("passes where another transaction was in the way, and for a migration where another made the same", () => {
    assert.deepEqual(["40001", "40P01", "23505", "53100"].map(coded).map(isPassing), [true, true, false, false]);
    assert.deepEqual(["40001", "23505", "42P07", "53100"].map(coded).map(isMadeTwice), [true, true, true, false]);
  });
});

describe("what is tried again", () => {
  it("ends with the first answer", async () => {
    let tries = 0;
    const work = async () => {
      if (++tries < 3) throw coded("40001");
      return tries;
    };
    assert.equal(await retried(work, isPassing), 3);
  });

  it("fails at once with what does not pass, and at some time with what does", async () => {
    let tries = 0;
    const fail = (code: string) => async () => {
      tries++;
      throw coded(code);
    };
    await assert.rejects(retried(fail("53100"), isPassing));
    assert.equal(tries, 1);
    await assert.rejects(retried(fail("40001"), isPassing));
    assert.ok(tries > 2);
  });
});

describe("an error of SQLite", () => {
  for (const [errcode, name] of [
    [5, "UNREACHABLE"],
    [8, "READ_ONLY"],
    [1032, "READ_ONLY"], // SQLITE_READONLY_DBMOVED, an extended code
    [13, "FULL"],
    [4874, "FULL"],
    [1299, "BAD_ROWS"], // SQLITE_CONSTRAINT_NOTNULL
    [11, "DAMAGED"],
    [267, "DAMAGED"], // SQLITE_CORRUPT_VTAB
    [26, "DAMAGED"],
    [1, "FAILED"],
  ] as const) {
    it(`${errcode} is ${name}`, () => {
      assert.equal(sqliteError(Object.assign(new Error("why"), { errcode })).code, name);
    });
  }
});
