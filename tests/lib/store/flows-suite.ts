import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { StoredEdge } from "../../../exporters/flow-exporter/model/stored-edge.ts";
import type { TransactionHalf } from "../../../exporters/flow-exporter/model/transaction.ts";
import { openStore } from "../../../exporters/flow-exporter/store/open.ts";
import type { FlowQuery, Store } from "../../../exporters/flow-exporter/store/store.ts";
import { clientHalf, holder, NOW_MS, owner, serverHalf } from "./halves.ts";
import type { Database } from "./suite.ts";

const BOUNDS = { maxEdges: 100, maxPorts: 4 };
const ALL: FlowQuery = { without: [], sort: { by: "first_seen", descending: true }, limit: 100, offset: 0 };
/** So long ago that a flow which is written then has counted before. */
const LONG_AGO_MS = 600_000;

/** What every store must say of who talks to whom, whatever its database is. */
export function describeStoredFlows(name: string, create: () => Promise<Database>): void {
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

    const write = (...halves: TransactionHalf[]) => store.writeTransactions(halves, NOW_MS);
    const edges = async (bounds = BOUNDS) => (await store.edges(bounds)).edges;
    const only = async (): Promise<StoredEdge> => {
      const [first, ...others] = await edges();
      assert.deepEqual(others, []);
      return first ?? assert.fail("no edge");
    };
    const found = async (query: Partial<FlowQuery>) =>
      (await store.flows({ ...ALL, ...query })).rows.map(({ sourcePort }) => sourcePort);

    it("hands out the ends of a job that have ended, in the order in which they began, page by page", async () => {
      const shop = { ...owner("shop-web-1"), namespace: "shop" };
      const ended = (sourcePort: number, startedMs: number, more: Partial<TransactionHalf> = {}) =>
        clientHalf({ sourcePort, startNs: sourcePort, startedMs, endedMs: NOW_MS, owner: shop, ...more });
      await write(
        ended(3, NOW_MS - 3_000),
        ended(1, NOW_MS - 5_000),
        serverHalf({ sourcePort: 1, startNs: 9, startedMs: NOW_MS - 4_999, endedMs: NOW_MS, owner: shop }),
        ended(2, NOW_MS - 4_000),
        ended(4, NOW_MS - 2_000),
        ended(5, NOW_MS - 9_000),
        ended(6, NOW_MS - 1_000),
        ended(7, NOW_MS - 3_000, { endedMs: 0 }),
        ended(8, NOW_MS - 3_000, { owner: owner("another") }),
        ended(9, NOW_MS - 3_000, { protocol: "udp" }),
        ended(10, 0, { startNs: 0 }),
      );
      await store.writeMetadata([holder({ address: "10.0.0.2", node: "b", owner: owner("db") })]);
      const query = { job: "shop", fromMs: NOW_MS - 9_000, toMs: NOW_MS - 1_000, limit: 2 };
      const seen: string[] = [];
      const totals: (number | undefined)[] = [];
      for (let after: string | undefined; ; ) {
        const { rows, next, total } = await store.ended({ ...query, after });
        seen.push(...rows.map(({ side, transaction }) => `${side} ${transaction.sourcePort}`));
        totals.push(total);
        if (next === undefined) break;
        after = next;
      }
      assert.deepEqual(seen, ["client 5", "client 1", "server 1", "client 2", "client 3", "client 4"]);
      assert.deepEqual(totals, [6, undefined, undefined]);
      const named = await store.ended({ ...query, job: "shop-web-1", limit: 99 });
      assert.equal(named.rows.length, 6);
      assert.equal(named.rows[0]?.transaction.destination?.owner.name, "db");
      assert.deepEqual(await store.ended({ ...query, job: "nobody" }), { rows: [], next: undefined, total: 0 });
      await assert.rejects(store.ended({ ...query, after: "bm9uZQ" }), { code: "BAD_QUERY" });
    });

    it("has no edges before anything is written", async () => {
      assert.deepEqual(await store.edges(BOUNDS), { edges: [], leftOut: 0, sinceMs: 0, nowMs: 0 });
    });

    it("folds flows into an edge with both ends, and counts what two nodes know of one flow once", async () => {
      await write(clientHalf({ sentBytes: 5, receivedBytes: 7 }), serverHalf({ sentBytes: 7, receivedBytes: 5 }));
      await write(
        clientHalf({ sourcePort: 40_001, sentBytes: 50, receivedBytes: 70, endedMs: NOW_MS, retransmits: 2 }),
        serverHalf({ sourcePort: 40_001, sentBytes: 70, receivedBytes: 50, retransmits: 3 }),
      );
      const { source, destination, lastSeenMs, rttSeconds, ...edge } = await only();
      assert.deepEqual([source.node, source.name, destination.node, destination.name], ["a", "web", "b", "db"]);
      assert.equal(Math.round((rttSeconds ?? 0) * 1e6), 1_000);
      assert.ok(lastSeenMs > 0);
      const sums = { sentBytes: 55, receivedBytes: 77, opened: 2, failed: 0 };
      assert.deepEqual(edge, {
        halves: "both",
        ...{ ...sums, destinationPort: 80, protocol: "tcp", closed: 1, retransmits: 5, connections: 1 },
        ...{ young: sums, olderFlows: 0 },
      });
    });

    it("tells a flow of one half from the source's side, and nothing of an end whose address nobody had", async () => {
      await write(serverHalf({ sentBytes: 70, receivedBytes: 50 }));
      const { source, destination, halves, sentBytes, receivedBytes } = await only();
      assert.deepEqual([source.node, source.name, destination.node, halves], ["", "", "b", "server"]);
      assert.deepEqual([sentBytes, receivedBytes], [50, 70]);
    });

    it("folds a flow of one half into the edge of those who had the address of its other end", async () => {
      const shop = { ...owner("db"), image: "postgres", namespace: "shop" };
      await store.writeMetadata([holder({ address: "10.0.0.2", node: "b", owner: shop })]);
      await write(clientHalf({ sentBytes: 5 }));
      const alone = await only();
      assert.deepEqual([alone.halves, alone.destination], ["client", { ...shop, node: "b" }]);
      await write(clientHalf({ sourcePort: 1, sentBytes: 50 }), serverHalf({ sourcePort: 1, owner: shop }));
      await write(serverHalf({ sourcePort: 2, owner: shop, receivedBytes: 500 }));
      const folded = (await edges()).map(({ halves, source, sentBytes }) => [halves, source.name, sentBytes]);
      assert.deepEqual(folded.sort(), [
        ["both", "web", 55],
        ["server", "", 500],
      ]);
    });

    it("leads a flow of one half to who had its other end's address then, and to nobody where several had", async () => {
      const address = "10.0.0.2";
      const named = (name: string, node: string) => holder({ address, node, uid: `uid-${name}`, owner: owner(name) });
      const destination = async () => {
        const { destination: edge } = await only();
        const [row] = (await store.flows(ALL)).rows;
        const [transaction] = (await store.transactions({ limit: 10 })).rows;
        for (const end of [row?.destination, transaction?.destination])
          assert.deepEqual([end?.owner.name ?? "", end?.node ?? ""], [edge.name, edge.node]);
        for (const [name, node] of [
          ["db", "b"],
          ["other", "c"],
          ["near", "a"],
        ] as const) {
          const count = edge.name === name ? 1 : 0;
          assert.deepEqual(await found({ endpoint: name, node }), count === 1 ? [40_000] : [], name);
          assert.equal((await store.transactions({ limit: 10, endpoint: name })).rows.length, count, name);
          const atNode = await store.transactions({ limit: 10, node });
          assert.equal(atNode.rows.length, node === "a" ? 1 : count, node);
        }
        assert.deepEqual(await found({ endpoint: "" }), edge.name === "" ? [40_000] : []);
        return edge.name;
      };
      await write(clientHalf());
      assert.equal(await destination(), "");
      await store.writeMetadata([named("other", "c")]);
      await database.execute("UPDATE metadata SET valid_from = valid_from - 100000, valid_to = valid_to - 100000");
      assert.equal(await destination(), "", "it went a minute before");
      await store.writeMetadata([named("db", "b")]);
      assert.equal(await destination(), "db", "one came after another");
      await store.writeMetadata([named("other", "c")]);
      assert.equal(await destination(), "", "two have it at once");
      await store.writeMetadata([named("near", "a")]);
      assert.equal(await destination(), "near", "one of them is on the node that has written");
      await store.writeMetadata([named("near", "a"), { ...named("again", "a"), owner: owner("near") }]);
      assert.equal(await destination(), "near", "made anew under the same name");
      await database.execute("DELETE FROM metadata WHERE node <> 'b'");
      assert.equal(await destination(), "db");
      await database.execute("UPDATE transactions SET client_nat = 'local'");
      assert.equal(await destination(), "", "what does not leave its node");
    });

    it("finds flows of one half by who had the address of the other end", async () => {
      const shop = { ...owner("shop_db"), namespace: "shop", image: "postgres" };
      await store.writeMetadata([holder({ address: "10.0.0.2", node: "b", owner: shop })]);
      await write(clientHalf({ sourcePort: 1 }), clientHalf({ sourcePort: 2, destinationAddress: "10.9.9.9" }));
      const expected: readonly [Partial<FlowQuery>, number[]][] = [
        [{ node: "b" }, [1]],
        [{ node: "a" }, [1, 2]],
        [{ search: "P_D" }, [1]],
        [{ endpoint: "" }, [2]],
        [{ without: [{ image: "postgres", namespace: "shop" }] }, [2]],
        [
          {
            without: [
              { image: "x", namespace: "y" },
              { image: "postgres", namespace: "shop" },
            ],
          },
          [2],
        ],
        [{ node: "b", endpoint: "shop_db", search: "shop", port: 80, protocol: "tcp", state: "open", sinceMs: 1 }, [1]],
      ];
      for (const [query, ports] of expected) {
        assert.deepEqual((await found(query)).sort(), ports, JSON.stringify(query));
        assert.equal((await store.flows({ ...ALL, ...query, limit: 1 })).total, ports.length, JSON.stringify(query));
      }
    });

    it("counts retransmits once that one node tells of both ends", async () => {
      await write(clientHalf({ retransmits: 4 }), serverHalf({ node: "a", boot: "boot-a", retransmits: 4 }));
      assert.equal((await only()).retransmits, 4);
    });

    it("keeps endpoints of one name on two nodes apart, and ports, and protocols", async () => {
      await write(
        clientHalf(),
        clientHalf({ node: "c", boot: "c", sourcePort: 1 }),
        clientHalf({ destinationPort: 81 }),
      );
      await write(clientHalf({ protocol: "udp" }));
      assert.equal((await edges()).length, 4);
    });

    it("sets apart the flows that have counted before they were known here", async () => {
      await write(
        clientHalf({ sentBytes: 1 }),
        clientHalf({ sourcePort: 2, sentBytes: 10, startedMs: NOW_MS - LONG_AGO_MS }),
        clientHalf({ sourcePort: 3, sentBytes: 100, startedMs: 0, startNs: 0 }),
      );
      const { sentBytes, young, olderFlows } = await only();
      assert.deepEqual([sentBytes, young.sentBytes, olderFlows], [111, 1, 2]);
    });

    it("gives the first ports of two endpoints an edge each, and the others one together", async () => {
      await write(clientHalf({ destinationPort: 9_000 }));
      await database.execute("UPDATE transactions SET first_seen = first_seen - 1000");
      await write(...[5, 4, 3, 2, 1].map((port) => clientHalf({ destinationPort: port, sentBytes: port })));
      const ports = (await edges()).map(({ destinationPort, sentBytes }) => [destinationPort, sentBytes]);
      const others = ports.filter(([port]) => port !== 9_000);
      assert.equal(ports.length, BOUNDS.maxPorts + 1);
      assert.deepEqual(
        others.sort(([a = 0], [b = 0]) => a - b),
        [
          [0, 9],
          [1, 1],
          [2, 2],
          [3, 3],
        ],
      );
    });

    it("says how many edges it had no places for", async () => {
      await write(...[1, 2, 3].map((port) => clientHalf({ destinationPort: port })));
      const { edges: kept, leftOut } = await store.edges({ ...BOUNDS, maxEdges: 2 });
      assert.deepEqual([kept.length, leftOut], [2, 1]);
    });

    it("leaves out what nobody has written for more than an hour, and reads the same flows for ten minutes", async () => {
      await write(clientHalf(), clientHalf({ sourcePort: 40_001, destinationPort: 81 }));
      await database.execute(
        "UPDATE transactions SET first_seen = first_seen - 4200000, last_seen = last_seen - 4200000 WHERE destination_port = 81",
      );
      const reading = await store.edges(BOUNDS);
      assert.deepEqual(
        reading.edges.map(({ destinationPort }) => destinationPort),
        [80],
      );
      assert.equal(reading.sinceMs % LONG_AGO_MS, 0);
      const age = reading.nowMs - reading.sinceMs;
      assert.ok(age >= 3_600_000 && age < 4_200_000, `${age} ms`);
    });

    it("finds flows by what they have", async () => {
      const shop = { ...owner("shop_db"), namespace: "shop", image: "postgres" };
      await write(
        clientHalf({ sourcePort: 1 }),
        serverHalf({ sourcePort: 1 }),
        clientHalf({ sourcePort: 2, node: "c", boot: "c", endedMs: NOW_MS, state: "CLOSE" }),
        serverHalf({ sourcePort: 3, owner: shop, protocol: "udp", state: "OPEN" }),
        clientHalf({ sourcePort: 4, failed: true, opened: false, endedMs: NOW_MS, destinationPort: 81 }),
      );
      const expected: readonly [Partial<FlowQuery>, number[]][] = [
        [{}, [1, 2, 3, 4]],
        [{ node: "b" }, [1, 3]],
        [{ node: "nobody" }, []],
        [{ endpoint: "web" }, [1, 2, 4]],
        [{ endpoint: "web", node: "c" }, [2]],
        [{ endpoint: "db", node: "a" }, []],
        [{ endpoint: "" }, [2, 3, 4]],
        [{ endpoint: "", node: "c" }, [2]],
        [{ search: "P_D" }, [3]],
        [{ search: "0.0.1" }, [1, 2, 3, 4]],
        [{ search: "%" }, []],
        [{ port: 81 }, [4]],
        [{ sourcePort: 2 }, [2]],
        [{ protocol: "udp" }, [3]],
        [{ state: "open" }, [1, 3]],
        [{ state: "closed" }, [2, 4]],
        [{ state: "failed" }, [4]],
        [{ state: "CLOSE" }, [2]],
        [{ sinceMs: 1 }, [1, 2, 3, 4]],
        [{ sinceMs: 9_000_000_000_000 }, []],
        [{ without: [{ image: "postgres", namespace: "shop" }] }, [1, 2, 4]],
        [{ without: [{ image: "postgres", namespace: "other" }] }, [1, 2, 3, 4]],
        [{ node: "b", endpoint: "db", search: "web", port: 80, protocol: "tcp", state: "open" }, [1]],
      ];
      for (const [query, ports] of expected) {
        assert.deepEqual((await found(query)).sort(), ports, JSON.stringify(query));
        assert.equal((await store.flows({ ...ALL, ...query, limit: 1 })).total, ports.length, JSON.stringify(query));
      }
    });

    it("sorts flows, and hands a part of them out", async () => {
      await write(
        clientHalf({ sourcePort: 1, sentBytes: 10, receivedBytes: 1, rttSeconds: 0.3, startedMs: NOW_MS - 3_000 }),
        clientHalf({ sourcePort: 2, sentBytes: 5, receivedBytes: 50, rttSeconds: 0.2, endedMs: NOW_MS }),
        clientHalf({ sourcePort: 3, sentBytes: 7, receivedBytes: 9, rttSeconds: 0.1, retransmits: 6 }),
        clientHalf({ sourcePort: 4, sentBytes: 1, receivedBytes: 0, rttSeconds: 0 }),
      );
      const orders: readonly [FlowQuery["sort"]["by"], number[]][] = [
        ["bytes", [2, 3, 1, 4]],
        ["sent_bytes", [1, 3, 2, 4]],
        ["received_bytes", [2, 3, 1, 4]],
        ["rtt_seconds", [1, 2, 3, 4]],
      ];
      for (const [by, ports] of orders) {
        assert.deepEqual(await found({ sort: { by, descending: true } }), ports, by);
        assert.deepEqual(await found({ sort: { by, descending: false } }), ports.toReversed(), by);
      }
      assert.deepEqual((await found({ sort: { by: "retransmits", descending: true } }))[0], 3);
      assert.deepEqual((await found({ sort: { by: "start", descending: true } }))[0], 1);
      assert.deepEqual((await found({ sort: { by: "end", descending: false } }))[0], 2);
      const bySent = { by: "sent_bytes", descending: true } as const;
      assert.deepEqual(await found({ sort: bySent, limit: 1, offset: 1 }), [3]);
      assert.equal((await store.flows({ ...ALL, limit: 1, offset: 5 })).total, 4);
    });
  });
}
