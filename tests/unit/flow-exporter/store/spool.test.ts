import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { StoreError } from "../../../../exporters/flow-exporter/store/error.ts";
import { type Entry, Spool } from "../../../../exporters/flow-exporter/store/spool/spool.ts";
import { SpooledWriter } from "../../../../exporters/flow-exporter/store/spool/writer.ts";
import type { Store } from "../../../../exporters/flow-exporter/store/store.ts";
import { clientHalf, holder, NOW_MS } from "../../../lib/store/halves.ts";

const ROOM = { maxBytes: 1_000_000, maxEntries: 1_000 };

/** A store that is away while `away` is set, and remembers what it was told. */
class ToldStore implements Store {
  away: StoreError | undefined;
  readonly sent: number[] = [];
  holders = 0;
  async writeTransactions(halves: Parameters<Store["writeTransactions"]>[0]) {
    if (this.away) throw this.away;
    this.sent.push(...halves.map(({ sentBytes }) => sentBytes));
  }
  async writeMetadata(holders: Parameters<Store["writeMetadata"]>[0]) {
    this.holders += holders.length;
  }
  async transactions() {
    return { rows: [], next: undefined };
  }
  async metadata() {
    return { rows: [], next: undefined };
  }
  async edges() {
    return { edges: [], leftOut: 0, sinceMs: 0, nowMs: 0 };
  }
  async flows() {
    return { total: 0, rows: [] };
  }
  async ended() {
    return { rows: [], next: undefined, total: 0 };
  }
  async trim() {
    return 0;
  }
  async close() {}
}

function entry(sentBytes: number): Entry {
  return { halves: [clientHalf({ sentBytes })], holders: [holder()] };
}

describe("the spool", () => {
  let folder: string;
  let store: ToldStore;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-spool-"));
    store = new ToldStore();
  });
  afterEach(() => rm(folder, { recursive: true }));

  const open = async () => {
    if (store.away) throw store.away;
    return store;
  };
  const away = new StoreError("UNREACHABLE", "nobody answers");
  const writerOf = (spool: Spool, leaving = new AbortController()) => new SpooledWriter(open, spool, leaving.signal);

  it("costs nothing but time while the database is away, from the start on", async () => {
    const spool = await Spool.open(folder, ROOM);
    const writer = writerOf(spool);
    store.away = away;
    assert.equal(await writer.write(entry(1), NOW_MS), away);
    assert.equal(await writer.write(entry(2), NOW_MS), away);
    assert.deepEqual([spool.size, store.sent], [2, []]);
    store.away = undefined;
    assert.equal(await writer.write(entry(3), NOW_MS), undefined);
    assert.deepEqual([store.sent, store.holders, spool.size, spool.bytes, spool.dropped], [[1, 2, 3], 3, 0, 0, 0]);
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.endsWith(".json")),
      [],
    );
  });

  it("goes in bit by bit, so that no writer waits for all of it, and ahead of what is later", async () => {
    const spool = await Spool.open(folder, ROOM);
    for (let sentBytes = 1; sentBytes <= 50; sentBytes++) await spool.add(entry(sentBytes));
    const writer = writerOf(spool);
    const written: number[] = [];
    for (const sentBytes of [51, 52, 53]) {
      assert.equal(await writer.write(entry(sentBytes), NOW_MS), undefined);
      written.push(store.sent.length);
    }
    assert.deepEqual(written, [20, 40, 53]);
    assert.deepEqual(
      store.sent,
      Array.from({ length: 53 }, (_, index) => index + 1),
    );
  });

  it("is gone on with by the next process", async () => {
    store.away = away;
    const writer = writerOf(await Spool.open(folder, ROOM));
    for (const sentBytes of [1, 2]) await writer.write(entry(sentBytes), NOW_MS);
    await writeFile(path.join(folder, "entry.new"), '{"halves":[');
    store.away = undefined;
    const next = await Spool.open(folder, ROOM);
    assert.equal(next.size, 2);
    await writerOf(next).write(entry(3), NOW_MS);
    assert.deepEqual(store.sent, [1, 2, 3]);
  });

  it("drops the oldest beyond its bound, and counts the rows", async () => {
    store.away = away;
    const bytes = Buffer.byteLength(JSON.stringify(entry(1)));
    const spool = await Spool.open(folder, { ...ROOM, maxBytes: 3 * bytes });
    const writer = writerOf(spool);
    for (const sentBytes of [1, 2, 3, 4, 5]) await writer.write(entry(sentBytes), NOW_MS);
    assert.deepEqual([spool.size, spool.bytes, spool.dropped], [3, 3 * bytes, 4]);
    store.away = undefined;
    await writer.write(entry(6), NOW_MS);
    assert.deepEqual(store.sent, [3, 4, 5, 6]);
  });

  it("drops the oldest beyond its number of entries, and of those that an earlier process has left", async () => {
    const spool = await Spool.open(folder, { ...ROOM, maxEntries: 3 });
    for (const sentBytes of [1, 2, 3, 4]) await spool.add(entry(sentBytes));
    assert.deepEqual([spool.size, spool.dropped], [3, 2]);
    const next = await Spool.open(folder, { ...ROOM, maxEntries: 1 });
    assert.deepEqual([next.size, next.dropped, (await next.first())?.halves[0]?.sentBytes], [1, 4, 4]);
    assert.equal(next.bytes, Buffer.byteLength(JSON.stringify(entry(4))));
    assert.equal((await readdir(folder)).length, 1);
  });

  it("keeps what the database was at when it is left, and does not wait for it any longer", async () => {
    const leaving = new AbortController();
    const spool = await Spool.open(folder, ROOM);
    const writer = writerOf(spool, leaving);
    const { promise, resolve } = Promise.withResolvers<void>();
    await spool.add(entry(1));
    store.writeTransactions = () => promise;
    const writing = writer.write(entry(2), NOW_MS);
    leaving.abort();
    assert.equal((await writing)?.code, "UNREACHABLE");
    assert.equal((await writer.write(entry(3), NOW_MS))?.code, "UNREACHABLE");
    await writer.close();
    resolve();
    assert.deepEqual([spool.size, spool.dropped], [3, 0]);
  });

  it("counts an entry that has no room at all", async () => {
    const spool = await Spool.open(folder, { ...ROOM, maxBytes: 10 });
    await spool.add(entry(1));
    assert.deepEqual([spool.size, spool.dropped], [0, 2]);
  });

  it("counts what a broken disk has lost, and goes on with the rest", async () => {
    const spool = await Spool.open(folder, ROOM);
    for (const sentBytes of [1, 2]) await spool.add(entry(sentBytes));
    const [first = ""] = (await readdir(folder)).sort();
    await writeFile(path.join(folder, first), "");
    await writerOf(spool).write(entry(3), NOW_MS);
    assert.deepEqual([store.sent, spool.dropped], [[2, 3], 2]);
  });

  it("drops a file that is no entry, and counts it", async () => {
    const spool = await Spool.open(folder, ROOM);
    await spool.add(entry(1));
    const [first = ""] = await readdir(folder);
    await writeFile(path.join(folder, first), '{"halves":{}}');
    assert.equal(await writerOf(spool).write(entry(2), NOW_MS), undefined);
    assert.deepEqual([store.sent, spool.dropped], [[2], 2]);
  });

  it("drops what has an entry's name and is none, whatever it is, and lets nothing wait behind it", async () => {
    await writeFile(path.join(folder, "000000000001-2.json"), '{"halves":[null],"holders":[]}');
    await mkdir(path.join(folder, "000000000002-3.json", "deeper"), { recursive: true });
    const spool = await Spool.open(folder, ROOM);
    assert.equal(await writerOf(spool).write(entry(2), NOW_MS), undefined);
    assert.deepEqual([store.sent, spool.dropped, spool.size, await readdir(folder)], [[2], 5, 0, []]);
  });

  it("leaves out the rows that a database does not take, counts them and says so, and goes on with the others", async () => {
    const spool = await Spool.open(folder, ROOM);
    const writer = writerOf(spool);
    const take = store.writeTransactions.bind(store);
    store.writeTransactions = async (halves) => {
      if (halves.some(({ sentBytes }) => sentBytes % 10 === 3)) throw new StoreError("BAD_ROWS", "no such number");
      await take(halves);
    };
    const halves = Array.from({ length: 20 }, (_, sentBytes) => clientHalf({ sentBytes }));
    const error = await writer.write({ halves, holders: [] }, NOW_MS);
    assert.deepEqual([error?.code, error?.message], ["BAD_ROWS", "a row was left out: no such number"]);
    assert.deepEqual([store.sent.length, spool.size, spool.dropped], [18, 0, 2]);
    assert.equal(await writer.write(entry(1), NOW_MS), undefined);
  });

  it("opens a database anew whose tables are gone", async () => {
    const spool = await Spool.open(folder, ROOM);
    let opened = 0;
    const writer = new SpooledWriter(
      async () => {
        opened += 1;
        return store;
      },
      spool,
      new AbortController().signal,
    );
    await writer.write(entry(1), NOW_MS);
    store.away = new StoreError("NO_TABLES", "there are none");
    assert.equal((await writer.write(entry(2), NOW_MS))?.code, "NO_TABLES");
    store.away = undefined;
    await writer.write(entry(3), NOW_MS);
    assert.deepEqual([opened, store.sent], [2, [1, 2, 3]]);
  });

  it("counts what the disk does not take", async () => {
    const spool = await Spool.open(path.join(folder, "gone"), ROOM);
    await rm(path.join(folder, "gone"), { recursive: true });
    await spool.add(entry(1));
    assert.deepEqual([spool.size, spool.dropped], [0, 2]);
  });

  it("keeps nothing of an entry without rows", async () => {
    const spool = await Spool.open(folder, ROOM);
    await spool.add({ halves: [], holders: [] });
    assert.deepEqual([spool.size, spool.dropped], [0, 0]);
  });
});
