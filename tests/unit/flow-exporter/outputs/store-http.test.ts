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
import { clientHalf, holder, manyHalves, NOW_MS, owner, serverHalf } from "../../../lib/store/halves.ts";
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
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = async (where: string) => {
    const response = await fetch(`${url}${where}`);
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  return { server, url, ask };
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

describe("a data set over HTTP", () => {
  const HOUR_MS = 3_600_000;
  const FROM = "from=2001-09-09&to=2001-09-10";
  let folder: string;
  let store: Store;
  let server: Server;
  let get: (where: string) => Promise<Response>;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-dataset-http-"));
    store = await openStore(path.join(folder, "flows.db"));
    const job = { ...owner("job-1"), namespace: "a job" };
    const now = { startedMs: Date.now() - 1_000, endedMs: Date.now(), startNs: 1 };
    await store.writeTransactions(
      [
        ...manyHalves(6_000, (index) => ({ owner: job, startedMs: NOW_MS + index, endedMs: NOW_MS + index })),
        clientHalf({ ...now, sourceAddress: "10.9.0.1", owner: owner("recent") }),
        clientHalf({ ...now, sourceAddress: "10.9.0.2", owner: owner("recent"), startedMs: Date.now() - 2 * HOUR_MS }),
      ],
      NOW_MS,
    );
    let url: string;
    ({ server, url } = await serve(store));
    get = (where) => fetch(`${url}${where}`);
  });
  after(async () => {
    server.close();
    await store.close();
    await rm(folder, { recursive: true });
  });

  it("is a file of one row for each flow of the job, however many pages it takes", async () => {
    const response = await get(`/api/dataset.csv?job=a%20job&${FROM}`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "text/csv; charset=utf-8");
    assert.equal(response.headers.get("content-disposition"), "attachment; filename=a_job.csv");
    const [header, ...lines] = (await response.text()).trimEnd().split("\n");
    assert.match(header ?? "", /^index,time,.*,flow_size$/);
    assert.deepEqual(
      lines.map((line) => line.split(",")[0]),
      lines.map((_, index) => `${index}`),
    );
    assert.equal(lines.length, 6_000);
    assert.equal(lines[0], "0,6400,,0,0,0,0,,10.0.0.2,,,,,,,100");
    assert.equal(lines.at(-1), "5999,6405.999,0.001,599900,1199800,599900,1199800,,10.0.0.2,,,,,,,100");
  });

  it("has all columns where they are asked for", async () => {
    const [header = "", line = ""] = (await (await get(`/api/dataset.csv?job=job-1&columns=all&${FROM}`)).text()).split(
      "\n",
    );
    assert.ok(header.includes(",container,destination_port,"));
    assert.ok(line.includes(",job-1,80,40000,1,"));
  });

  it("is of the last hour where nothing is said of times, and has a header where there is nothing", async () => {
    const lines = async (query: string) =>
      (await (await get(`/api/dataset.csv?job=${query}`)).text()).split("\n").length;
    assert.equal(await lines("recent"), 3);
    assert.equal(await lines("recent&from=2002-01-01"), 4);
    assert.equal(await lines("nobody"), 2);
  });

  for (const [query, message] of [
    ["", "job is missing, and must be the name of a Compose project, namespace or container: give it."],
    ["job=", 'job must be the name of a Compose project, namespace or container (given: "").'],
    ["job=a&from=5&to=5", "from must be before to: give an earlier one."],
    ["job=a&from=2100-01-01", "from must be before now, which is meant where to is not given: give an earlier one."],
    ["job=a&to=soon", 'to must be seconds since 1970 or a date like 2030-01-31T12:00:00Z (given: "soon").'],
    ["job=a&columns=some", 'columns must be k-means or all (given: "some").'],
    ["job=a&limit=1", "Unknown parameter: limit. This path takes job, from, to and columns."],
  ] as const) {
    it(`refuses ${query || "a question without a job"}`, async () => {
      const response = await get(`/api/dataset.csv?${query}`);
      assert.deepEqual([response.status, await response.json()], [400, { error: { code: "BAD_QUERY", message } }]);
    });
  }

  it("refuses more rows than are answered, and ends in the middle where the store does", async (t) => {
    const page = await store.ended({ job: "a job", fromMs: 1, toMs: 2 * NOW_MS, limit: 10 });
    let total = 50_001;
    const failing: StoreReader = {
      transactions: (query) => store.transactions(query),
      metadata: (query) => store.metadata(query),
      ended: async ({ after }) => {
        if (after !== undefined) throw new StoreError("UNREACHABLE", "it is away");
        return { ...page, total };
      },
    };
    const { server: other, url, ask } = await serve(failing);
    t.after(() => other.close());
    const { status, body } = await ask("/api/dataset.csv?job=a");
    assert.equal(status, 400);
    assert.match(body.error.message, /50001 ends of flows .* at most 50000 are answered: ask for less time\.$/);
    total = 10;
    await assert.rejects((await fetch(`${url}/api/dataset.csv?job=a`)).text(), /terminated/);
  });
});

describe("over HTTP, without a store that answers", () => {
  it("says that there is none", async (t) => {
    const { server, ask } = await serve(undefined);
    t.after(() => server.close());
    for (const where of ["/api/transactions", "/api/metadata", "/api/dataset.csv?job=shop"]) {
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
    const { server, ask } = await serve({ transactions: wait, metadata: wait, ended: wait });
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
    const { server, ask } = await serve({ transactions: fail, metadata: fail, ended: fail });
    t.after(() => server.close());
    for (const where of ["/api/transactions", "/api/metadata", "/api/dataset.csv?job=shop"]) {
      const { status, body } = await ask(where);
      const error = { code: "STORE_SCHEMA_NEWER", message: "the database was written by a newer program" };
      assert.deepEqual([status, body], [503, { error }]);
    }
  });
});
