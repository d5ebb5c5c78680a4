import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Transaction } from "../../../../../exporters/flow-exporter/model/transaction.ts";
import { StoreError } from "../../../../../exporters/flow-exporter/store/error.ts";
import { openStore } from "../../../../../exporters/flow-exporter/store/open.ts";
import type { Entry } from "../../../../../exporters/flow-exporter/store/spool/spool.ts";
import type { Page, Store } from "../../../../../exporters/flow-exporter/store/store.ts";
import { StoreKeeper } from "../../../../../exporters/flow-exporter/store/thread/keeper.ts";
import type { Written } from "../../../../../exporters/flow-exporter/store/thread/messages.ts";
import { clientHalf, holder, manyHalves, NO_NAT, NOW_MS } from "../../../../lib/store/halves.ts";
import { until } from "../../lib/until.ts";

const REST_MS = 5_000;
const UNTIL = { untilMs: 10_000 };
const ALL = { kind: "transactions", query: { limit: 100 }, ...UNTIL } as const;

describe("the keeper of a store", () => {
  let folder: string;
  let nowMs: number;
  let opened: number;
  let away: Error | undefined;
  let wrap: (store: Store) => Store;
  let leaving: AbortController;
  let follow: typeof NO_NAT.follow;
  let keeper: StoreKeeper;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-keeper-"));
    [nowMs, opened, away, wrap] = [0, 0, undefined, (store) => store];
    leaving = new AbortController();
    follow = NO_NAT.follow;
    keeper = keeperOf();
  });
  afterEach(async () => {
    await keeper.answer({ kind: "close" });
    await rm(folder, { recursive: true });
  });

  const keeperOf = ({ address = path.join(folder, "flows.db"), maxBytes = 1_000_000, maxRows = 1_000 } = {}) =>
    new StoreKeeper(
      {
        address,
        spool: { folder: path.join(folder, "spool"), maxBytes, maxEntries: 100 },
        bounds: { maxAgeMs: 1e9, maxRows },
      },
      {
        open: async (where) => {
          opened += 1;
          if (away) throw away;
          return wrap(await openStore(where));
        },
        now: () => nowMs,
        nat: { ...NO_NAT, follow },
        leaving,
      },
    );
  const entry = (sentBytes: number): Entry => ({ halves: [clientHalf({ sentBytes })], holders: [holder()] });
  const write = (one: Entry) => keeper.answer({ kind: "write", entry: one, nowMs: NOW_MS }) as Promise<Written>;
  const rows = async () => ((await keeper.answer(ALL)) as Page<Transaction>).rows;
  /** From now on the database answers no question about addresses until it is let. */
  const heldUp = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const database = { asked: 0, answer: resolve };
    const metadata = async () => {
      database.asked += 1;
      await promise;
      return { rows: [], next: undefined };
    };
    wrap = (store) => Object.assign(store, { metadata });
    return database;
  };

  it("writes to a file, and reads from it", async () => {
    assert.deepEqual(await write(entry(7)), {
      error: undefined,
      lost: 0,
      waiting: { entries: 0, bytes: 0 },
      nat: NO_NAT.status,
    });
    assert.deepEqual(
      (await rows()).map(({ client }) => client?.sentBytes),
      [7],
    );
    const { rows: holders } = (await keeper.answer({
      kind: "metadata",
      query: { limit: 9 },
      ...UNTIL,
    })) as Page<unknown>;
    assert.equal(holders.length, 1);
  });

  it("asks the database one question at a time, and writes meanwhile", async () => {
    const database = heldUp();
    await write(entry(1));
    const both = [1, 2].map((limit) => keeper.answer({ kind: "metadata", query: { limit }, ...UNTIL }));
    assert.equal((await write(entry(2))).error, undefined);
    assert.equal(database.asked, 1);
    database.answer();
    await Promise.all(both);
    assert.equal(database.asked, 2);
  });

  it("does not ask the database what nobody waits for any longer", async () => {
    const database = heldUp();
    await write(entry(1));
    const ask = () => keeper.answer({ kind: "metadata", query: { limit: 1 }, untilMs: nowMs + 1_000 });
    const [first, late] = [ask(), ask()];
    await until("the first is asked", () => database.asked === 1);
    nowMs += 1_000;
    database.answer();
    await first;
    await assert.rejects(late, { code: "UNREACHABLE", message: /nobody waits/ });
    await ask();
    assert.equal(database.asked, 2);
  });

  it("tells the database how long ago flows began, however long their translations have taken", async () => {
    const told: number[] = [];
    wrap = (store) =>
      Object.assign(store, { writeTransactions: async (_: unknown, atMs: number) => void told.push(atMs) });
    follow = async (halves) => {
      nowMs += 3_000;
      return [...halves];
    };
    keeper = keeperOf();
    await write(entry(1));
    assert.deepEqual(told, [NOW_MS + 3_000]);
  });

  it("leaves a database that hangs when the exporter stops, and what it was at to the next exporter", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    wrap = (store) => Object.assign(store, { writeTransactions: () => promise });
    const writing = [write(entry(1)), write(entry(2))];
    await keeper.answer({ kind: "leave" });
    const [first, second] = await Promise.all(writing);
    assert.deepEqual([first?.error?.code, second?.waiting.entries, second?.lost], ["UNREACHABLE", 2, 0]);
    await keeper.answer({ kind: "close" });
    resolve();
    [leaving, wrap] = [new AbortController(), (store) => store];
    keeper = keeperOf();
    assert.equal((await write(entry(3))).error, undefined);
    assert.equal((await rows())[0]?.client?.sentBytes, 3);
  });

  it("answers, and can be left, while another program has the database's lock", async () => {
    await write(entry(1));
    using other = new DatabaseSync(path.join(folder, "flows.db"));
    other.exec("BEGIN IMMEDIATE");
    const writing = write(entry(2));
    assert.equal((await rows())[0]?.client?.sentBytes, 1);
    await keeper.answer({ kind: "leave" });
    assert.equal((await writing).waiting.entries, 1);
    other.exec("ROLLBACK");
  });

  it("spools while the database is away, without asking it each time, and hands that in later", async () => {
    away = new StoreError("UNREACHABLE", "nobody answers");
    const first = await write(entry(1));
    const second = await write(entry(2));
    assert.deepEqual([first.error?.code, second.error?.code, opened], ["UNREACHABLE", "UNREACHABLE", 1]);
    assert.deepEqual([second.waiting.entries, second.lost], [2, 0]);
    await assert.rejects(rows(), { code: "UNREACHABLE", message: "nobody answers" });
    away = undefined;
    nowMs += REST_MS;
    const third = await write(entry(3));
    assert.deepEqual([third.error, third.waiting], [undefined, { entries: 0, bytes: 0 }]);
    assert.equal((await rows())[0]?.client?.sentBytes, 3);
  });

  it("tells what had no room in the spool, once", async () => {
    away = new StoreError("FULL", "no room");
    keeper = keeperOf({ maxBytes: 10 });
    assert.deepEqual((await write(entry(1))).lost, 2);
    assert.deepEqual((await write(entry(2))).lost, 2);
  });

  it("fails by name where the spool cannot be made", async () => {
    await writeFile(path.join(folder, "spool"), "");
    await assert.rejects(write(entry(1)), { code: "FAILED", message: /^the spool: Error: EEXIST/ });
  });

  it("keeps what there is within its bounds", async () => {
    keeper = keeperOf({ maxRows: 5 });
    await write({ halves: manyHalves(20, () => ({})), holders: [] });
    let left = 20;
    await until("15 have gone", () => {
      void rows().then(({ length }) => (left = length));
      return left === 5;
    });
  });

  it("writes while it trims, and tells with a later write why that has failed, once", async () => {
    const { promise, reject } = Promise.withResolvers<number>();
    let trims = 0;
    wrap = (store) =>
      Object.assign(store, {
        trim: () => {
          trims += 1;
          return promise;
        },
      });
    keeper = keeperOf();
    assert.equal((await write(entry(1))).error, undefined);
    assert.equal((await write(entry(2))).error, undefined);
    assert.equal((await rows())[0]?.client?.sentBytes, 2);
    reject(new StoreError("FULL", "no room"));
    assert.equal((await write(entry(3))).error?.code, "FULL");
    nowMs += REST_MS;
    assert.equal((await write(entry(4))).error, undefined);
    assert.equal(trims, 1);
  });

  it("names a database of a newer program", async () => {
    await write(entry(1));
    await keeper.answer({ kind: "close" });
    const database = new DatabaseSync(path.join(folder, "flows.db"));
    database.exec("INSERT INTO schema_version (version) VALUES (99)");
    database.close();
    keeper = keeperOf();
    assert.equal((await write(entry(2))).error?.code, "SCHEMA_NEWER");
  });

  it("tells no password, however it is written", async () => {
    const said = "s3cr%t, s3cr%25t and postgres://me:s3cr%25t@db/flows?password=other failed";
    away = new StoreError("REFUSED", said);
    keeper = keeperOf({ address: "postgres://me:s3cr%25t@db/flows?password=other" });
    const { error } = await write(entry(1));
    assert.equal(error?.message, "***, *** and postgres://me:***@db/flows?password=*** failed");
    await assert.rejects(rows(), (one: Error) => !/s3cr|other/.test(`${one.message} ${one.stack} ${one.cause}`));
  });
});
