import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { openStore } from "../../../../exporters/flow-exporter/store/open.ts";
import { Spool } from "../../../../exporters/flow-exporter/store/spool/spool.ts";
import { SpooledWriter } from "../../../../exporters/flow-exporter/store/spool/writer.ts";
import { describeStoredFlows } from "../../../lib/store/flows-suite.ts";
import { clientHalf, NOW_MS } from "../../../lib/store/halves.ts";
import { type Database, describeStore } from "../../../lib/store/suite.ts";

async function create(): Promise<Database> {
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-store-"));
  const address = path.join(folder, "flows.db");
  return {
    address,
    execute: async (sql) => {
      using database = new DatabaseSync(address);
      database.exec(sql);
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

describe("what somebody else has written into a file of SQLite", () => {
  it("is named where it makes no sense, with the row that has it", async () => {
    await using database = await create();
    await using opened = {
      store: await openStore(database.address),
      [Symbol.asyncDispose]: () => opened.store.close(),
    };
    await opened.store.writeTransactions([clientHalf()], NOW_MS);
    await database.execute("UPDATE transactions SET first_seen = 'yesterday'");
    await assert.rejects(opened.store.transactions({ limit: 9 }), {
      code: "BAD_ROWS",
      message: "the row of 10.0.0.1-10.0.0.2-40000-80 has no number as its first_seen, but yesterday: delete that row",
    });
  });
});

describe("a file of SQLite that somebody removes", () => {
  it("is not written to any longer without a word, and made anew", async () => {
    await using database = await create();
    const folder = path.dirname(database.address);
    const spool = await Spool.open(path.join(folder, "spool"), { maxBytes: 100_000, maxEntries: 10 });
    const writer = new SpooledWriter(() => openStore(database.address), spool, new AbortController().signal);
    const write = (sentBytes: number) => writer.write({ halves: [clientHalf({ sentBytes })], holders: [] }, NOW_MS);
    assert.equal(await write(1), undefined);
    for (const suffix of ["", "-wal", "-shm"]) await rm(`${database.address}${suffix}`);
    assert.equal((await write(2))?.code, "NO_TABLES");
    assert.equal(await write(3), undefined);
    assert.equal((await writer.store?.transactions({ limit: 9 }))?.rows[0]?.client?.sentBytes, 3);
    assert.equal(spool.dropped, 0);
    await writer.close();
  });
});

describeStore("a store in SQLite", create);
describeStoredFlows("flows in SQLite", create);
