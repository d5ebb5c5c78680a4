import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Transaction } from "../../../exporters/flow-exporter/model/transaction.ts";
import type { StoreErrorCode } from "../../../exporters/flow-exporter/store/error.ts";
import { SCHEMA_VERSION } from "../../../exporters/flow-exporter/store/migrations.ts";
import { openStore } from "../../../exporters/flow-exporter/store/open.ts";
import type { Store, TransactionQuery } from "../../../exporters/flow-exporter/store/store.ts";
import { clientHalf, holder, manyHalves, NOW_MS, owner, serverHalf } from "./halves.ts";
import { ended, sentBy, startWriter, written } from "./writers.ts";

const ALL: TransactionQuery = { limit: 1_000 };
const WRITERS = 8;
const KEYS = 10_000;
/** The address of a row that only tells the time. */
const CLOCK = "10.255.0.1";

/** An empty database for one test. */
export interface Database extends AsyncDisposable {
  address: string;
  /** Runs a statement past the store. */
  execute(sql: string): Promise<void>;
}

/** What every store must do, whatever its database is. */
export function describeStore(name: string, create: () => Promise<Database>): void {
  describe(name, () => {
    let database: Database;
    let store: Store;
    beforeEach(async () => {
      database = await create();
      store = await openStore(database.address);
    });
    afterEach(async () => {
      await store.close();
      await database[Symbol.asyncDispose]();
    });

    const write = (...halves: Parameters<Store["writeTransactions"]>[0]) => store.writeTransactions(halves, NOW_MS);
    const all = async () => (await store.transactions(ALL)).rows;
    const only = async () => {
      const rows = await all();
      assert.equal(rows.length, 1);
      return rows[0] as Transaction;
    };

    for (const [order, halves] of [
      ["client's half first", [clientHalf(), serverHalf()]],
      ["server's half first", [serverHalf(), clientHalf()]],
    ] as const) {
      it(`joins the halves of two nodes, the ${order}`, async () => {
        for (const half of halves) await write(half);
        const { key, incarnation, client, server } = await only();
        assert.equal(key, "10.0.0.1-10.0.0.2-40000-80");
        assert.equal(incarnation, 0);
        assert.deepEqual([client?.node, client?.owner, client?.sentBytes], ["a", owner("web"), 100]);
        assert.deepEqual([server?.node, server?.owner, server?.sentBytes], ["b", owner("db"), 200]);
      });
    }

    it("reads back what was written", async () => {
      const half = clientHalf({ endedMs: NOW_MS, failed: true, errno: 111, retransmits: 3, rttSeconds: 0.25 });
      await write(half);
      const { side, protocol, sourceAddress, sourcePort, destinationAddress, destinationPort, ...known } = half;
      const row = await only();
      assert.deepEqual(row.client, known);
      assert.equal(row.server, undefined);
      assert.deepEqual(
        [side, row.protocol, row.sourceAddress, row.sourcePort, row.destinationAddress, row.destinationPort],
        ["client", protocol, sourceAddress, sourcePort, destinationAddress, destinationPort],
      );
    });

    it("reads a start of half a year after boot, which is more nanoseconds than a number has digits for", async () => {
      await write(clientHalf({ startNs: 180 * 86_400e9 }), clientHalf({ startNs: 180 * 86_400e9, sentBytes: 300 }));
      const { client } = await only();
      assert.deepEqual([client?.startNs, client?.sentBytes], [180 * 86_400e9, 300]);
    });

    it("joins halves whose nodes' clocks are a day apart", async () => {
      const dayMs = 86_400_000;
      await write(clientHalf());
      await store.writeTransactions([serverHalf({ startedMs: NOW_MS - 10_000 - dayMs })], NOW_MS - dayMs);
      const { client, server } = await only();
      assert.ok(client && server);
    });

    it("joins halves of which one is older than its tracer", async () => {
      await write(serverHalf({ startNs: 0, startedMs: 0 }), clientHalf());
      const { client, server } = await only();
      assert.ok(client && server);
    });

    it("goes on with a flow that another tracer tells on, which does not know its start", async () => {
      await write(clientHalf(), serverHalf());
      const after = { startNs: 0, startedMs: 0 };
      await write(clientHalf({ ...after, sentBytes: 150 }), serverHalf({ ...after, receivedBytes: 150 }));
      const last = { ...after, endedMs: NOW_MS, sentBytes: 180 };
      for (let times = 0; times < 2; times++) await write(clientHalf(last));
      const { client, server } = await only();
      assert.deepEqual([client?.sentBytes, client?.startedMs, server?.receivedBytes], [180, NOW_MS - 10_000, 150]);
    });

    it("takes for another flow what has counted less, or comes after the end, though its start is not known", async () => {
      const unknown = { startNs: 0, startedMs: 0 };
      await write(clientHalf());
      await write(clientHalf({ ...unknown, sentBytes: 99 }));
      await write(clientHalf({ sourcePort: 40_001, endedMs: NOW_MS }));
      await write(clientHalf({ sourcePort: 40_001, ...unknown, sentBytes: 150 }));
      assert.equal((await all()).length, 4);
    });

    it("leaves halves that started minutes apart for themselves", async () => {
      await write(clientHalf(), serverHalf({ startedMs: NOW_MS - 300_000 }));
      const rows = await all();
      assert.deepEqual(
        rows.map(({ incarnation, client, server }) => [incarnation, client?.node, server?.node]).sort(),
        [
          [0, "a", undefined],
          [1, undefined, "b"],
        ],
      );
    });

    it("counts a tuple that is used again as another transaction, and finds each half its own", async () => {
      await write(clientHalf({ startNs: 1, startedMs: NOW_MS - 20_000, sentBytes: 1 }));
      await write(clientHalf({ startNs: 2, startedMs: NOW_MS - 5_000, sentBytes: 2 }));
      await write(serverHalf({ startNs: 8, startedMs: NOW_MS - 20_100, receivedBytes: 1 }));
      await write(serverHalf({ startNs: 9, startedMs: NOW_MS - 4_900, receivedBytes: 2 }));
      const rows = (await all()).toSorted((a, b) => a.incarnation - b.incarnation);
      assert.deepEqual(
        rows.map(({ incarnation, client, server }) => [incarnation, client?.sentBytes, server?.receivedBytes]),
        [
          [0, 1, 1],
          [1, 2, 2],
        ],
      );
    });

    for (const [what, half, count] of [
      ["began after it was over", { startedMs: NOW_MS }, 2],
      ["began while it was there, and is late", { startedMs: NOW_MS - 16_000 }, 1],
      ["is older than its tracer, and open now", { startNs: 0, startedMs: 0 }, 2],
      ["is older than its tracer, and over too", { startNs: 0, startedMs: 0, endedMs: NOW_MS }, 1],
    ] as const) {
      it(`joins no half to a flow that was over when it began: one that ${what}`, async () => {
        await write(clientHalf({ startedMs: NOW_MS - 30_000, endedMs: NOW_MS - 25_000 }));
        await write(serverHalf(half));
        assert.equal((await all()).length, count);
      });
    }

    it("joins a half to a flow that is over when it is not known when that began", async () => {
      await write(clientHalf({ startNs: 0, startedMs: 0, endedMs: NOW_MS }));
      await write(serverHalf());
      assert.equal((await all()).length, 1);
    });

    it("tells the uses of a tuple apart that come at once", async () => {
      await write(...[3, 1, 2].map((startNs) => clientHalf({ startNs, sentBytes: startNs })));
      const rows = (await all()).toSorted((a, b) => a.incarnation - b.incarnation);
      assert.deepEqual(
        rows.map(({ client }) => client?.sentBytes),
        [1, 2, 3],
      );
    });

    it("tells tcp from udp, and one boot from the next", async () => {
      await write(clientHalf(), clientHalf({ protocol: "udp" }), clientHalf({ boot: "another" }));
      assert.equal((await all()).length, 3);
    });

    it("keeps the larger value of each counter, the last state, and names that were known", async () => {
      await write(clientHalf({ sentBytes: 500, receivedBytes: 10, retransmits: 1, state: "FIN_WAIT1" }));
      await write(clientHalf({ sentBytes: 400, receivedBytes: 11, retransmits: 2, owner: owner(""), rttSeconds: 9 }));
      const { client } = await only();
      assert.deepEqual([client?.sentBytes, client?.receivedBytes, client?.retransmits], [500, 11, 2]);
      assert.deepEqual([client?.state, client?.rttSeconds, client?.owner.name], ["FIN_WAIT1", 0.001, "web"]);
    });

    it("is not changed by the same written again", async () => {
      const halves = [clientHalf(), serverHalf(), clientHalf({ startNs: 6_000, startedMs: NOW_MS - 1_000 })];
      await write(...halves);
      const before = await all();
      await write(...halves, ...halves);
      const lasting = (rows: readonly Transaction[]) => rows.map((row) => ({ ...row, lastSeenMs: 0 }));
      assert.deepEqual(lasting(await all()), lasting(before));
    });

    it("finds transactions by what they have", async () => {
      await write(clientHalf(), serverHalf());
      await write(clientHalf({ protocol: "udp", sourceAddress: "10.9.9.9", node: "c", owner: owner("cron") }));
      const has = async (query: Partial<TransactionQuery>) =>
        (await store.transactions({ ...ALL, ...query })).rows.length;
      const [row] = await all();
      assert.equal(await has({ node: "b" }), 1);
      assert.equal(await has({ node: "nobody" }), 0);
      assert.equal(await has({ endpoint: "cron" }), 1);
      assert.equal(await has({ endpoint: "db", protocol: "udp" }), 0);
      assert.equal(await has({ address: "10.0.0.2" }), 2);
      assert.equal(await has({ address: "10.9.9.9" }), 1);
      assert.equal(await has({ port: 80 }), 2);
      assert.equal(await has({ port: 81 }), 0);
      assert.equal(await has({ protocol: "udp" }), 1);
      assert.equal(
        await has({ sinceMs: row?.lastSeenMs }),
        (await all()).filter((one) => one.lastSeenMs >= (row?.lastSeenMs ?? 0)).length,
      );
      assert.equal(await has({ sinceMs: (row?.lastSeenMs ?? 0) + 3_600_000 }), 0);
    });

    it("hands transactions out page by page, each of them once", async () => {
      await store.writeTransactions(
        manyHalves(25, () => ({})),
        NOW_MS,
      );
      const sizes: number[] = [];
      const keys = new Set<string>();
      let after: string | undefined;
      do {
        const page = await store.transactions({ limit: 10, after });
        sizes.push(page.rows.length);
        for (const { key } of page.rows) keys.add(key);
        after = page.next;
      } while (after !== undefined);
      assert.deepEqual([sizes, keys.size], [[10, 10, 5], 25]);
    });

    it("says whose an end is that no node has written a half of, by who had its address then", async () => {
      const peer = holder({ address: "10.0.0.2", node: "b", uid: "uid-db", owner: owner("db") });
      await write(clientHalf());
      assert.deepEqual(pick(await only()), [owner("web"), "half", undefined, undefined, "peer_unknown"]);
      await store.writeMetadata([peer]);
      assert.deepEqual(pick(await only()), [owner("web"), "half", owner("db"), "address", "peer_silent"]);
      assert.equal((await only()).destination?.node, "b");
      await store.writeMetadata([{ ...peer, node: "c", uid: "uid-x", owner: owner("another") }]);
      assert.deepEqual(pick(await only()), [owner("web"), "half", undefined, undefined, "peer_unknown"]);
      await store.writeMetadata([{ ...peer, node: "a", uid: "uid-y", owner: owner("near") }]);
      assert.deepEqual(pick(await only()), [owner("web"), "half", owner("near"), "address", "peer_silent"]);
      await write(serverHalf());
      assert.deepEqual(pick(await only()), [owner("web"), "half", owner("db"), "half", undefined]);
    });

    it("says whose a client is of which only the server's half is there", async () => {
      await store.writeMetadata([holder()]);
      await write(serverHalf());
      assert.deepEqual(pick(await only()), [owner("web"), "address", owner("db"), "half", "peer_silent"]);
    });

    it("says that a half is alone since its translation is not known", async () => {
      await write(clientHalf({ nat: "unknown" }));
      assert.equal((await only()).apart, "nat_unknown");
    });

    it("keeps what a socket's own addresses are where the wire has others", async () => {
      await write(clientHalf({ nat: "followed", socketKey: "172.17.0.2-10.0.0.2-7-80" }));
      const { client } = await only();
      assert.deepEqual([client?.nat, client?.socketKey], ["followed", "172.17.0.2-10.0.0.2-7-80"]);
    });

    it("joins a flow that does not leave its node with no half of another node, whichever comes first", async () => {
      await write(clientHalf({ nat: "local" }));
      await write(serverHalf());
      await write(serverHalf({ node: "a", boot: "boot-a", nat: "local" }));
      await write(clientHalf({ node: "c", boot: "boot-c" }));
      await write(serverHalf({ node: "d", boot: "boot-d", nat: "local" }));
      const nodes = (await all()).map(({ client, server }) => `${client?.node} ${server?.node}`);
      assert.deepEqual(nodes.sort(), ["a a", "c b", "undefined d"]);
    });

    it("goes on with a database of the first version", async () => {
      await write(clientHalf());
      await store.close();
      for (const side of ["client", "server"])
        for (const column of ["nat", "socket_key"])
          await database.execute(`ALTER TABLE transactions DROP COLUMN ${side}_${column}`);
      await database.execute("DROP TABLE leases");
      await database.execute("ALTER TABLE metadata DROP COLUMN pod_owner");
      await database.execute("DELETE FROM schema_version WHERE version >= 2");
      store = await openStore(database.address);
      const { client, key } = await only();
      assert.deepEqual([client?.sentBytes, client?.nat, client?.socketKey], [100, "unknown", key]);
      await write(serverHalf());
      assert.equal((await only()).apart, undefined);
    });

    it("makes its tables anew once all of them are gone", async () => {
      await write(clientHalf());
      for (const table of ["transactions", "metadata"]) await database.execute(`DROP TABLE ${table}`);
      await assert.rejects(write(clientHalf()), named("NO_TABLES"));
      await assert.rejects(all(), named("NO_TABLES"));
      await assert.rejects(openStore(database.address), (error: Error) => {
        assert.match(error.message, /^the database has no table transactions; once all its tables are gone/);
        return named("NO_TABLES")(error);
      });
      await database.execute("DROP TABLE leases");
      await store.close();
      store = await openStore(database.address);
      await write(clientHalf());
      assert.equal((await all()).length, 1);
    });

    it("refuses a database with another program's tables", async () => {
      for (const table of ["leases", "metadata", "schema_version"]) await database.execute(`DROP TABLE ${table}`);
      await assert.rejects(openStore(database.address), named("REFUSED"));
    });

    it("names rows that it cannot take, and takes the others of the same kind", async () => {
      const wrong = clientHalf({ sourcePort: null as never });
      await assert.rejects(write(wrong), named("BAD_ROWS"));
      await write(clientHalf());
      assert.equal((await all()).length, 1);
    });

    it("lets one writer trim at a time, and another one once that has had ten minutes", async () => {
      await using other = {
        store: await openStore(database.address),
        [Symbol.asyncDispose]: () => other.store.close(),
      };
      await store.writeTransactions(
        manyHalves(30, () => ({})),
        NOW_MS,
      );
      assert.equal(await store.trim({ maxAgeMs: 3_600_000, maxRows: 20 }), 10);
      assert.equal(await other.store.trim({ maxAgeMs: 3_600_000, maxRows: 10 }), 0);
      assert.equal(await store.trim({ maxAgeMs: 3_600_000, maxRows: 15 }), 5);
      await database.execute("UPDATE leases SET until = until - 600000");
      assert.equal(await other.store.trim({ maxAgeMs: 3_600_000, maxRows: 10 }), 5);
      assert.equal(await store.trim({ maxAgeMs: 3_600_000, maxRows: 5 }), 0);
    });

    it("refuses a place in the pages that it has never given out", async () => {
      const written = ['["a",1]', '["a","b","tcp",0]'].map((end) => Buffer.from(end).toString("base64url"));
      for (const after of ["nonsense", ...written])
        await assert.rejects(store.transactions({ ...ALL, after }), named("BAD_QUERY"));
    });

    it("keeps what made a pod that has an address, which may be told late, also in a database without a place for it", async () => {
      await store.writeMetadata([holder()]);
      await store.close();
      await database.execute("ALTER TABLE metadata DROP COLUMN pod_owner");
      await database.execute("DELETE FROM schema_version WHERE version = 4");
      store = await openStore(database.address);
      assert.deepEqual(
        (await store.metadata({ limit: 10 })).rows.map(({ podOwner }) => podOwner),
        [""],
      );
      await store.writeMetadata([holder({ podOwner: "DaemonSet/web" })]);
      await store.writeMetadata([holder()]);
      assert.deepEqual(
        (await store.metadata({ limit: 10 })).rows.map(({ podOwner }) => podOwner),
        ["DaemonSet/web"],
      );
    });

    it("keeps who had an address before, and goes on with who has it still", async () => {
      await store.writeMetadata([holder()]);
      await passed(store);
      await store.writeMetadata([holder({ owner: owner("") })]);
      await passed(store);
      await store.writeMetadata([holder({ uid: "uid-2", owner: owner("batch") })]);
      await passed(store);
      await store.writeMetadata([holder(), holder({ node: "b" })]);
      const { rows } = await store.metadata({ limit: 10, address: "10.0.0.1", node: "a" });
      assert.deepEqual(
        rows.map(({ uid, owner: { name } }) => [uid, name]),
        [
          ["uid-1", "web"],
          ["uid-2", "batch"],
          ["uid-1", "web"],
        ],
      );
      const [latest, second, first] = rows;
      assert.ok(first && second && latest);
      assert.ok(first.validFromMs < first.validToMs && first.validToMs < second.validFromMs);
      assert.ok(second.validToMs < latest.validFromMs);
      assert.equal((await store.metadata({ limit: 1 })).rows.length, 1);
    });

    it("removes what nobody has written for long, and what is beyond the number of rows", async () => {
      await store.writeTransactions(
        manyHalves(30, () => ({})),
        NOW_MS,
      );
      await store.writeMetadata([holder()]);
      assert.equal(await store.trim({ maxAgeMs: 3_600_000, maxRows: 100 }), 0);
      await passed(store);
      await write(clientHalf());
      assert.equal(await store.trim({ maxAgeMs: 3_600_000, maxRows: 11 }), 21);
      assert.ok((await all()).some(({ key }) => key === "10.0.0.1-10.0.0.2-40000-80"));
      await passed(store);
      await store.trim({ maxAgeMs: 0, maxRows: 100 });
      const left = (await all()).map(({ sourceAddress }) => sourceAddress).filter((address) => address !== CLOCK);
      assert.deepEqual(left, []);
      assert.deepEqual((await store.metadata({ limit: 1 })).rows, []);
    });

    it(`loses nothing of what ${WRITERS} processes write to the same ${KEYS} keys`, async () => {
      const numbers = Array.from({ length: WRITERS }, (_, number) => number);
      const writers = numbers.map((number) => startWriter(database.address, KEYS, number));
      assert.deepEqual(
        await Promise.all(writers.map(ended)),
        numbers.map(() => 0),
      );
      const { rows } = await store.transactions({ limit: 2 * KEYS });
      assert.equal(rows.length, KEYS);
      const largest = (key: number, side: number) =>
        Math.max(...numbers.filter((number) => number % 2 === side).map((number) => sentBy(key, number)));
      const found = new Map(rows.map(({ key, client, server }) => [key, [client?.sentBytes, server?.sentBytes]]));
      const halves = manyHalves(KEYS, () => ({}));
      const wrong = halves.filter(({ sourceAddress }, key) => {
        const [client, server] = found.get(`${sourceAddress}-10.0.0.2-40000-80`) ?? [];
        return client !== largest(key, 0) || server !== largest(key, 1);
      });
      assert.equal(wrong.length, 0);
    });

    it("has a row for each of many nodes that claim the same tuples at once", async () => {
      const nodes = ["a", "b", "c", "d"];
      const stores = await Promise.all(nodes.map(() => openStore(database.address)));
      const writes = nodes.map((node, at) =>
        stores[at]?.writeTransactions(
          manyHalves(500, () => ({ node })),
          NOW_MS,
        ),
      );
      await Promise.all(writes);
      for (const one of stores) await one.close();
      const { rows } = await store.transactions({ limit: 10_000 });
      assert.equal(rows.length, 500 * nodes.length);
      assert.equal(new Set(rows.map(({ key, client }) => `${key} ${client?.node}`)).size, 500 * nodes.length);
    });

    it("has nothing half-written of a writer that was killed", async () => {
      for (const number of [0, 2, 4]) {
        const writer = startWriter(database.address, 2_000, number, true);
        await written(writer, 2);
        writer.kill("SIGKILL");
        await ended(writer);
        const { rows } = await store.transactions({ limit: 10_000 });
        assert.equal(rows.length, 2_000);
        assert.equal(new Set(rows.map(({ client }) => client?.sentBytes)).size, 1);
      }
      await write(clientHalf());
      assert.equal((await store.transactions({ limit: 10_000 })).rows.length, 2_001);
    });

    it("can be made by many processes at once", async () => {
      await using fresh = await create();
      const writers = Array.from({ length: WRITERS }, (_, number) => startWriter(fresh.address, 10, number));
      assert.deepEqual(
        await Promise.all(writers.map(ended)),
        writers.map(() => 0),
      );
    });

    it("refuses a database of a newer program, and leaves it as it is", async () => {
      await database.execute(`INSERT INTO schema_version (version) VALUES (${SCHEMA_VERSION + 1})`);
      await assert.rejects(openStore(database.address), named("SCHEMA_NEWER"));
    });
  });
}

/** Whose its ends are, and how that is known. */
function pick({ source, destination, apart }: Transaction) {
  return [source?.owner, source?.by, destination?.owner, destination?.by, apart];
}

/** For `assert.rejects`. */
export function named(code: StoreErrorCode): (error: Error) => boolean {
  return (error) => {
    assert.deepEqual([error.name, (error as { code?: unknown }).code], ["StoreError", code], error.message);
    return true;
  };
}

/** Waits until the store's clock, as its rows show it, has gone on. */
async function passed(store: Store): Promise<void> {
  const clock = async () => {
    await store.writeTransactions([clientHalf({ sourceAddress: CLOCK })], NOW_MS);
    const { rows } = await store.transactions({ limit: 1, address: CLOCK });
    return rows[0]?.lastSeenMs ?? 0;
  };
  const before = await clock();
  while ((await clock()) === before);
}
