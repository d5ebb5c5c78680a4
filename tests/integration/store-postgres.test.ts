import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import pg from "pg";
import { openStore } from "../../exporters/flow-exporter/store/open.ts";
import { MAX_BATCH } from "../../exporters/flow-exporter/store/postgres/store.ts";
import { Spool } from "../../exporters/flow-exporter/store/spool/spool.ts";
import { SpooledWriter } from "../../exporters/flow-exporter/store/spool/writer.ts";
import { orSkip } from "../lib/or-skip.ts";
import { describeStoredFlows } from "../lib/store/flows-suite.ts";
import { clientHalf, manyHalves, NOW_MS } from "../lib/store/halves.ts";
import { lackOfPostgres, ownFolder, type Postgres, startPostgres } from "../lib/store/postgres.ts";
import { type Database, describeStore, named } from "../lib/store/suite.ts";
import { eventually } from "./lib/eventually.ts";

const CUT_OFF = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE application_name = 'flowtally' AND datname = current_database() AND wait_event_type = 'Lock'`;

describe("with PostgreSQL", { skip: orSkip(lackOfPostgres()) }, () => {
  let postgres: Postgres;
  let made = 0;
  before(async () => {
    // Nothing here is to outlive the machine's end, and the disk's pace is not what is looked at.
    postgres = await startPostgres(["fsync=off"]);
  });
  after(() => postgres[Symbol.asyncDispose]());

  async function create(): Promise<Database> {
    const name = `flows_${made++}`;
    await postgres.execute("postgres", `CREATE DATABASE ${name}`);
    return {
      address: postgres.addressOf(name),
      execute: (sql) => postgres.execute(name, sql),
      [Symbol.asyncDispose]: () => postgres.execute("postgres", `DROP DATABASE ${name} WITH (FORCE)`),
    };
  }

  describeStore("a store in PostgreSQL", create);
  describeStoredFlows("flows in PostgreSQL", create);

  test("a store says that its database is for reading only, and goes on once it is not", async () => {
    await using database = await create();
    const set = (value: string) =>
      postgres.execute("postgres", `ALTER DATABASE ${nameOf(database)} SET default_transaction_read_only = ${value}`);
    const first = await openStore(database.address);
    await first.close();
    await set("on");
    const store = await openStore(database.address).catch((error) => error);
    named("READ_ONLY")(store);
    await set("off");
    const later = await openStore(database.address);
    await later.writeTransactions([clientHalf()], NOW_MS);
    await later.close();
  });

  test("a table whose rows are written again and again stays as large as it is", async () => {
    await using database = await create();
    const store = await openStore(database.address);
    // What the server does about it from time to time is not what is looked at.
    await database.execute("ALTER TABLE transactions SET (autovacuum_enabled = off)");
    const write = (sentBytes: number) =>
      store.writeTransactions(
        manyHalves(5_000, () => ({ sentBytes })),
        NOW_MS,
      );
    const size = async () => {
      const [row] = await postgres.ask(
        nameOf(database),
        "SELECT pg_total_relation_size('transactions')::float8 AS bytes",
      );
      return Number(row?.bytes);
    };
    await write(1);
    const first = await size();
    for (let sent = 2; sent < 8; sent++) await write(sent);
    const growth = (await size()) / first;
    await store.close();
    assert.ok(growth < 1.5, `${growth.toFixed(2)} times as large`);
  });

  test("a trim leaves a row that is written while it waits for that", async () => {
    await using database = await create();
    const store = await openStore(database.address);
    await store.writeTransactions([clientHalf()], NOW_MS);
    await database.execute("UPDATE transactions SET last_seen = last_seen - 3600000");
    const writer = new pg.Client(database.address);
    await writer.connect();
    await writer.query("BEGIN; UPDATE transactions SET last_seen = last_seen + 3600000");
    const trimming = store.trim({ maxAgeMs: 60_000, maxRows: 100 });
    await eventually(10, async () => {
      const { rowCount } = await writer.query("SELECT 1 FROM pg_locks WHERE NOT granted");
      assert.equal(rowCount, 1, "the trim waits for the row");
    });
    await writer.query("COMMIT");
    await writer.end();
    assert.equal(await trimming, 0);
    assert.equal((await store.transactions({ limit: 9 })).rows.length, 1);
    await store.close();
  });

  test("a store says that the disk is full, and keeps what it has", async () => {
    await using database = await create();
    const store = await openStore(database.address);
    await store.writeTransactions(
      manyHalves(10, () => ({})),
      NOW_MS,
    );
    const disk = await ownFolder(postgres, "disk");
    const { uid, gid } = postgres.user;
    await execa("mount", ["-t", "tmpfs", "-o", `size=1m,uid=${uid},gid=${gid},mode=700`, "tmpfs", disk]);
    try {
      await database.execute(`CREATE TABLESPACE small LOCATION '${disk}'`);
      await database.execute("ALTER TABLE transactions SET TABLESPACE small");
      await assert.rejects(
        store.writeTransactions(
          manyHalves(20_000, () => ({})),
          NOW_MS,
        ),
        named("FULL"),
      );
      const [row] = await postgres.ask(nameOf(database), "SELECT count(*)::int AS rows FROM transactions");
      const rows = Number(row?.rows);
      assert.ok(rows >= 10 && rows < 20_000, `${rows} rows`);
      // Whether the batch that the first ten are in had room or not.
      assert.ok([0, 10].includes(rows % MAX_BATCH), `${rows} rows, and a batch is written as a whole or not at all`);
      await store.close();
      await database.execute("DROP TABLE transactions");
      await database.execute("DROP TABLESPACE small");
    } finally {
      await execa("umount", ["--lazy", disk]);
    }
  });

  test("a store says that its database is away, and writes once it is back", async () => {
    await using database = await create();
    const store = await openStore(database.address);
    await postgres.stop();
    try {
      await assert.rejects(store.writeTransactions([clientHalf()], NOW_MS), named("UNREACHABLE"));
      await assert.rejects(openStore(database.address), named("UNREACHABLE"));
    } finally {
      await postgres.start();
    }
    await store.writeTransactions([clientHalf()], NOW_MS);
    assert.equal((await store.transactions({ limit: 10 })).rows.length, 1);
    await store.close();
  });

  test("a database that is away for a while costs nothing but time", async () => {
    await using database = await create();
    const folder = await mkdtemp(path.join(tmpdir(), "flowtally-spool-"));
    const spool = await Spool.open(folder, { maxBytes: 100_000_000, maxEntries: 1_000 });
    const writer = new SpooledWriter(() => openStore(database.address), spool, new AbortController().signal);
    const write = (sentBytes: number, first: number) => {
      const halves = manyHalves(1_000, () => ({ sentBytes, destinationPort: first }));
      return writer.write({ halves, holders: [] }, NOW_MS);
    };
    assert.equal(await write(1, 80), undefined);
    await postgres.stop();
    try {
      for (const port of [80, 81, 82]) assert.equal((await write(port, port))?.code, "UNREACHABLE");
    } finally {
      await postgres.start();
    }
    assert.equal(await write(83, 83), undefined);
    const { rows } = (await writer.store?.transactions({ limit: 10_000 })) ?? { rows: [] };
    const sums = [80, 81, 82, 83].map((port) => rows.filter((row) => row.client?.sentBytes === port).length);
    assert.deepEqual([sums, rows.length, spool.dropped], [[1_000, 1_000, 1_000, 1_000], 4_000, 0]);
    await writer.close();
    await rm(folder, { recursive: true });
  });

  test("a store takes what a column cannot be compared with for a question's fault", async () => {
    await using database = await create();
    const store = await openStore(database.address);
    const after = Buffer.from('[1,"a","tcp","many"]').toString("base64url");
    await assert.rejects(store.transactions({ limit: 1, after }), named("BAD_QUERY"));
    await assert.rejects(store.metadata({ limit: 1, node: "a\0" }), named("BAD_QUERY"));
    await store.close();
  });

  test("a store whose connection is cut while it is opened says so, and nothing else", async () => {
    await using database = await create();
    await (await openStore(database.address)).close();
    const other = new pg.Client(database.address);
    await other.connect();
    await other.query("BEGIN; LOCK TABLE schema_version");
    const opening = openStore(database.address).catch((error) => error);
    await eventually(10, async () => {
      // Within a transaction, what is shown of other connections stays as it was first looked at.
      await other.query("SELECT pg_stat_clear_snapshot()");
      assert.equal((await other.query(CUT_OFF)).rowCount, 1);
    });
    named("UNREACHABLE")(await opening);
    await other.end();
  });

  test("a store says that it is not let in", async () => {
    await assert.rejects(openStore(postgres.addressOf("no_such_database")), named("REFUSED"));
  });
});

function nameOf({ address }: Database): string {
  return new URL(address).pathname.slice(1);
}
