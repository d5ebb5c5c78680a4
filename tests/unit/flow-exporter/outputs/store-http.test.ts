import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { createApp } from "../../../../exporters/flow-exporter/outputs/http/app.ts";
import type { StoreReader } from "../../../../exporters/flow-exporter/outputs/http/store.ts";
import { createMetrics } from "../../../../exporters/flow-exporter/outputs/prometheus/metrics.ts";
import { StoreError } from "../../../../exporters/flow-exporter/store/error.ts";
import { openStore } from "../../../../exporters/flow-exporter/store/open.ts";
import type { Store } from "../../../../exporters/flow-exporter/store/store.ts";
import { clientHalf, holder, manyHalves, NOW_MS, serverHalf } from "../../../lib/store/halves.ts";
import { silent } from "../lib/log.ts";
import { viewOf } from "../lib/view.ts";

const OWNER = { name: "web", kind: "container", container_id: "", image: "", namespace: "", pod: "", service: "" };
const START = new Date(NOW_MS - 10_000).toISOString();
const ISO = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** Serves what `reader` has until `stop`. */
async function serve(reader: StoreReader | undefined) {
  const view = viewOf([]);
  const options = { pages: {}, allowedHosts: [], store: reader, log: silent };
  const server = createServer(createApp(view, createMetrics(view), options)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const ask = async (where: string) => {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${where}`);
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  return { server, ask };
}

type Ask = Awaited<ReturnType<typeof serve>>["ask"];

describe("a store over HTTP", () => {
  let folder: string;
  let store: Store;
  let server: Server;
  let ask: Ask;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-store-http-"));
    store = await openStore(path.join(folder, "flows.db"));
    await store.writeTransactions(
      manyHalves(250, () => ({ node: "c", protocol: "udp" })),
      NOW_MS,
    );
    await store.writeTransactions([clientHalf({ errno: 104, endedMs: NOW_MS }), serverHalf()], NOW_MS);
    await store.writeMetadata([
      holder(),
      holder({ address: "10.0.0.9", node: "b" }),
      holder({ address: "fd00::1", node: "b" }),
    ]);
    ({ server, ask } = await serve(store));
  });
  after(async () => {
    server.close();
    await store.close();
    await rm(folder, { recursive: true });
  });

  it("tells a transaction with what both nodes know of it", async () => {
    const { status, body } = await ask("/api/transactions?protocol=tcp");
    assert.equal(status, 200);
    assert.equal(body.next, null);
    const [{ first_seen, last_seen, server: far, ...transaction }, ...others] = body.transactions;
    assert.deepEqual(others, []);
    assert.match(first_seen, ISO);
    assert.match(last_seen, ISO);
    assert.deepEqual([far.node, far.sent_bytes, far.owner.name, far.error, far.end], ["b", 200, "db", null, null]);
    assert.deepEqual(transaction, {
      key: "10.0.0.1-10.0.0.2-40000-80",
      protocol: "tcp",
      incarnation: 0,
      source_address: "10.0.0.1",
      source_port: 40_000,
      destination_address: "10.0.0.2",
      destination_port: 80,
      client: {
        node: "a",
        owner: OWNER,
        sent_bytes: 100,
        received_bytes: 200,
        retransmits: 0,
        rtt_seconds: 0.001,
        state: "ESTABLISHED",
        opened: true,
        failed: false,
        error: "ECONNRESET",
        nat: "none",
        socket_key: "10.0.0.1-10.0.0.2-40000-80",
        start: START,
        end: new Date(NOW_MS).toISOString(),
      },
      halves: "both",
      apart: null,
      source: { ...OWNER, node: "a", by: "half" },
      destination: { ...OWNER, name: "db", node: "b", by: "half" },
    });
  });

  it("tells why a transaction has one half, and whose its other end is by the address", async () => {
    const { body } = await ask("/api/transactions?node=c&limit=1");
    const [{ halves, apart, server: far, source, destination }] = body.transactions;
    assert.deepEqual([halves, apart, far], ["client", "peer_unknown", null]);
    assert.deepEqual([source.node, source.by, destination], ["c", "half", null]);
  });

  it("gives pages, each row once", async () => {
    const keys = new Set<string>();
    const sizes: number[] = [];
    for (let after = ""; sizes.length < 9; ) {
      const { body } = await ask(`/api/transactions?node=c&limit=100${after}`);
      for (const { key } of body.transactions) keys.add(key);
      sizes.push(body.transactions.length);
      if (body.next === null) break;
      after = `&after=${body.next}`;
    }
    assert.deepEqual([sizes, keys.size], [[100, 100, 50], 250]);
  });

  for (const [query, count] of [
    ["endpoint=db", 1],
    ["endpoint=nobody", 0],
    ["address=10.1.0.7", 1],
    ["port=40000&node=b", 1],
    ["since=2100-01-01", 0],
    ["since=99999999999999999999", 0],
  ] as const) {
    it(`finds by ${query}`, async () => {
      assert.equal((await ask(`/api/transactions?${query}`)).body.transactions.length, count);
    });
  }

  it("tells who has had which address", async () => {
    const { body } = await ask("/api/metadata?node=a");
    const [{ valid_from, valid_to, ...one }, ...others] = body.metadata;
    assert.deepEqual([others, body.next], [[], null]);
    assert.deepEqual(one, { address: "10.0.0.1", node: "a", uid: "uid-1", owner: OWNER, pod_owner: "" });
    assert.match(valid_from, ISO);
    assert.match(valid_to, ISO);
    for (const address of ["10.0.0.9", "fd00::1", "FD00:0::0001"])
      assert.equal((await ask(`/api/metadata?address=${address}`)).body.metadata.length, 1, address);
  });

  for (const [where, message] of [
    ["/api/transactions?limit=0", 'limit must be 1–1000 (given: "0").'],
    ["/api/transactions?limit=1001", 'limit must be 1–1000 (given: "1001").'],
    ["/api/transactions?port=x", 'port must be 1–65535 (given: "x").'],
    ["/api/transactions?node=%00", 'node must be the name of a node (given: "\\u0000").'],
    ["/api/transactions?address=web", 'address must be an IP address (given: "web").'],
    ["/api/transactions?after=bm9uZQ", "`after` is not the end of a page."],
    ["/api/transactions?after=", 'after must be the `next` of the page before (given: "").'],
    ["/api/metadata?port=1", "Unknown parameter: port. This path takes node, address, since, limit and after."],
  ] as const) {
    it(`refuses ${where}`, async () => {
      const { status, body } = await ask(where);
      assert.deepEqual([status, body], [400, { error: { code: "BAD_QUERY", message } }]);
    });
  }
});

describe("over HTTP, without a store that answers", () => {
  it("says that there is none", async (t) => {
    const { server, ask } = await serve(undefined);
    t.after(() => server.close());
    for (const where of ["/api/transactions", "/api/metadata"]) {
      const { status, body } = await ask(where);
      assert.deepEqual([status, body.error.code], [404, "NO_STORE"]);
    }
  });

  it("lists this node's flows at once, whoever waits for a store that is not shared", async (t) => {
    const waiting = Promise.withResolvers<never>();
    const asked = Promise.withResolvers<void>();
    let questions = 0;
    const wait = () => {
      questions += 1;
      if (questions === 2) asked.resolve();
      return waiting.promise;
    };
    const { server, ask } = await serve({ transactions: wait, metadata: wait });
    t.after(() => server.close());
    const waiters = [ask("/api/transactions"), ask("/api/metadata")];
    await asked.promise;
    assert.equal((await ask("/api/flows?nodes=all")).status, 200);
    waiting.reject(new StoreError("UNREACHABLE", "it is away"));
    assert.deepEqual(
      (await Promise.all(waiters)).map(({ status }) => status),
      [503, 503],
    );
  });

  it("names why it does not answer", async (t) => {
    const fail = async () => {
      throw new StoreError("SCHEMA_NEWER", "the database was written by a newer program");
    };
    const { server, ask } = await serve({ transactions: fail, metadata: fail });
    t.after(() => server.close());
    for (const where of ["/api/transactions", "/api/metadata"]) {
      const { status, body } = await ask(where);
      const error = { code: "STORE_SCHEMA_NEWER", message: "the database was written by a newer program" };
      assert.deepEqual([status, body], [503, { error }]);
    }
  });
});
