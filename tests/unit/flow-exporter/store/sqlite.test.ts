import assert from "node:assert/strict";
import { mkdtemp, open, rename, rm, stat, writeFile } from "node:fs/promises";
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

describe("a file of SQLite that is damaged", () => {
  for (const [what, damage] of [
    ["is no database", (file: string) => writeFile(file, "no database ".repeat(1000))],
    ["has pages that make no sense", (file: string) => overwrite(file)],
  ] as const) {
    it(`is named with what to do where it ${what}, and once it is moved away what waited goes into a new one`, async () => {
      await using database = await create();
      const first = await openStore(database.address);
      await first.writeTransactions([clientHalf()], NOW_MS);
      await first.close();
      await damage(database.address);
      const folder = path.dirname(database.address);
      const spool = await Spool.open(path.join(folder, "spool"), { maxBytes: 100_000, maxEntries: 10 });
      const writer = new SpooledWriter(() => openStore(database.address), spool, new AbortController().signal);
      const write = (sentBytes: number) =>
        writer.write({ halves: [clientHalf({ sentBytes, sourcePort: 1000 + sentBytes })], holders: [] }, NOW_MS);
      for (const sentBytes of [1, 2]) {
        const error = await write(sentBytes);
        assert.equal(error?.code, "DAMAGED");
        assert.match(error?.message ?? "", /; move it away, .* a new one is made, and what waits goes into it$/);
      }
      await rename(database.address, `${database.address}.damaged`);
      const error = await write(3);
      // One that could be opened is let go first.
      if (error) assert.equal(error.code, "NO_TABLES");
      assert.equal(await write(4), undefined);
      const { rows = [] } = (await writer.store?.transactions({ limit: 9 })) ?? {};
      assert.deepEqual(rows.map(({ client }) => client?.sentBytes).sort(), [1, 2, 3, 4]);
      assert.equal(spool.dropped, 0);
      await writer.close();
    });
  }
});

/** All but the first page. */
async function overwrite(file: string): Promise<void> {
  const { size } = await stat(file);
  await using opened = await open(file, "r+");
  await opened.write(Buffer.alloc(size - 4096, 0xff), 0, size - 4096, 4096);
}

describeStore("a store in SQLite", create);
describeStoredFlows("flows in SQLite", create);
