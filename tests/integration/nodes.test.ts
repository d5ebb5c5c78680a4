import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Exporter, startExporter } from "../../exporters/flow-exporter/exporter.ts";
import { ROLE } from "../../exporters/flow-exporter/model/socket.ts";
import type {
  FlowsPage,
  Graph,
  GraphLink,
  TransactionsPage,
} from "../../exporters/flow-exporter/outputs/http/answers.ts";
import { readSettings } from "../../exporters/flow-exporter/settings.ts";
import { openStore } from "../../exporters/flow-exporter/store/open.ts";
import { orSkip } from "../lib/or-skip.ts";
import { holder, owner } from "../lib/store/halves.ts";
import { lackOfPostgres, type Postgres, startPostgres } from "../lib/store/postgres.ts";
import { Kernel } from "../unit/flow-exporter/lib/kernel.ts";
import { silent } from "../unit/flow-exporter/lib/log.ts";
import { processRow } from "../unit/flow-exporter/lib/rows.ts";
import { NO_DOCKER } from "../unit/flow-exporter/recording/recorded.ts";

const DEADLINE_MS = 60_000;
/** The time of the kernels that are made up goes on in steps. */
const TICK_MS = 100;
const PROGRAMS = { web: 10, cron: 11, db: 12 };

/** An exporter on a kernel that is made up, as one of several nodes. */
class Node {
  readonly name: string;
  readonly kernel = new Kernel();
  readonly #folder: string;
  readonly #address: string;
  #exporter: Exporter | undefined;

  constructor(name: string, folder: string, address: string) {
    this.name = name;
    this.#folder = path.join(folder, name);
    this.#address = address;
    const programs = Object.entries(PROGRAMS).map(([comm, pid]) => processRow({ pid, comm }));
    this.kernel.processRows = Buffer.concat([processRow({ pid: 1 }), ...programs]);
  }

  async start(): Promise<void> {
    const env = { FLOW_PORT: "0", FLOW_LISTEN: "127.0.0.1", FLOW_STATE: this.#folder, FLOW_STORE: this.#address };
    const settings = readSettings({ ...env, FLOW_NODE: this.name });
    const sources = { tracer: this.kernel, host: this.kernel.host(), docker: NO_DOCKER };
    this.#exporter = await startExporter(settings, sources, silent as never);
  }

  async stop(): Promise<void> {
    await this.#exporter?.stop();
  }

  async ask<T>(where: string): Promise<T> {
    const response = await fetch(`http://127.0.0.1:${this.#exporter?.port}${where}`);
    const body = (await response.json()) as T;
    assert.equal(response.status, 200, JSON.stringify(body));
    return body;
  }

  /** The graph of all nodes, once it is as it should be. */
  graph(is: (graph: Graph) => boolean): Promise<Graph> {
    return this.#awaited("/api/graph?nodes=all", is);
  }

  flows(query: string, is: (page: FlowsPage) => boolean): Promise<FlowsPage> {
    return this.#awaited(`/api/flows?nodes=all&${query}`, is);
  }

  async #awaited<T>(where: string, is: (body: T) => boolean): Promise<T> {
    let body: T | undefined;
    for (const end = performance.now() + DEADLINE_MS; performance.now() < end; await sleep(100)) {
      body = await this.ask<T>(where);
      if (is(body)) return body;
    }
    throw new Error(`${this.name}: not after ${DEADLINE_MS / 1000} s; last: ${JSON.stringify(body)}`);
  }
}

describe("two nodes with one store", { skip: orSkip(lackOfPostgres()) }, () => {
  let postgres: Postgres;
  let folder: string;
  let a: Node;
  let b: Node;
  let time: NodeJS.Timeout;
  before(async () => {
    postgres = await startPostgres(["fsync=off"]);
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-nodes-"));
    [a, b] = ["node-a", "node-b"].map((name) => new Node(name, folder, postgres.addressOf("postgres"))) as [Node, Node];
    const { web, cron, db } = PROGRAMS;
    a.kernel.open({ source: "10.0.0.1:40000", destination: "10.0.0.2:80", pid: web, sent: 5, received: 9 });
    const far = { source: "10.0.0.2:80", destination: "10.0.0.1:40000", role: ROLE.server };
    b.kernel.open({ ...far, pid: db, sent: 9, received: 5 });
    // Both ends of this one are on the same node.
    a.kernel.open({ source: "10.0.0.1:40001", destination: "10.0.0.1:6379", pid: web, sent: 70, received: 7 });
    const near = { source: "10.0.0.1:6379", destination: "10.0.0.1:40001", role: ROLE.server };
    a.kernel.open({ ...near, pid: db, sent: 7, received: 70 });
    b.kernel.open({ source: "10.0.0.2:40002", destination: "93.184.216.34:443", pid: cron, sent: 1 });
    time = setInterval(() => {
      for (const { kernel } of [a, b]) kernel.pass(TICK_MS / 1_000);
    }, TICK_MS);
    await Promise.all([a.start(), b.start()]);
  });
  after(async () => {
    clearInterval(time);
    await Promise.all([a?.stop(), b?.stop()]);
    await rm(folder, { recursive: true });
    await postgres[Symbol.asyncDispose]();
  });

  const EXPECTED = [
    "host/cron@node-b > world:443 client 1+0",
    "host/web@node-a > host/db@node-a:6379 both 70+7",
    "host/web@node-a > host/db@node-b:80 both 5+9",
  ];
  const textOf = ({ source, destination, destination_port, halves, sent_bytes, received_bytes }: GraphLink) =>
    `${source} > ${destination}:${destination_port} ${halves} ${sent_bytes}+${received_bytes}`;
  const linksOf = ({ links }: Graph) => links.map(textOf).sort();
  const isWhole = (graph: Graph) => graph.scope.shown === "all" && linksOf(graph).join() === EXPECTED.join();

  it("shows both nodes' edges at either, each flow once, whoever has both of its halves", async () => {
    for (const node of [a, b]) {
      const { scope } = await node.graph(isWhole);
      assert.deepEqual(scope.nodes, ["node-a", "node-b"]);
      assert.equal(scope.node, node.name);
    }
  });

  it("takes what has an end at one node", async () => {
    const { links } = await a.ask<Graph>("/api/graph?nodes=all&node=node-b");
    assert.deepEqual(links.map(textOf).sort(), [EXPECTED[0], EXPECTED[2]]);
  });

  it("lists both nodes' flows at either", async () => {
    const { total, flows } = await b.flows("sort=-bytes", ({ total }) => total === 3);
    assert.equal(total, 3);
    assert.deepEqual(
      flows.map(({ source, source_node, destination, destination_node, halves }) =>
        [source, source_node, destination, destination_node, halves].join(),
      ),
      ["host/web,node-a,host/db,node-a,both", "host/web,node-a,host/db,node-b,both", "host/cron,node-b,world,,client"],
    );
    assert.equal((await a.flows("node=node-b&container=host/db", () => true)).total, 1);
  });

  it("shows this node alone while the database is away, and all again once it is back", async () => {
    await postgres.stop();
    const { scope, links } = await a.graph((graph) => graph.scope.reason !== null);
    assert.deepEqual(
      [scope.shown, scope.reason?.code, scope.nodes],
      ["this", "STORE_UNREACHABLE", ["node-a", "node-b"]],
    );
    assert.deepEqual(links.map(textOf).sort(), [
      "host/web@node-a > host/db@node-a:6379 both 70+7",
      "host/web@node-a > world:80 client 5+9",
    ]);
    await postgres.start();
    const back = await a.graph(isWhole);
    assert.equal(back.scope.reason, null);
  });

  it("leads a flow whose other end's node is silent to that node, and finds it there, at either", async () => {
    a.kernel.open({ source: "10.0.0.1:40003", destination: "10.0.0.7:5432", pid: PROGRAMS.web, sent: 3 });
    const store = await openStore(postgres.addressOf("postgres"));
    const shop = { ...owner("shop-db-1"), namespace: "shop", image: "postgres:17" };
    await store.writeMetadata([holder({ address: "10.0.0.7", node: "node-c", owner: shop })]);
    await store.close();
    const edge = "host/web@node-a > shop-db-1@node-c:5432 client 3+0";
    for (const node of [a, b]) {
      const { scope, nodes } = await node.graph((graph) => linksOf(graph).includes(edge));
      assert.deepEqual(scope.nodes, ["node-a", "node-b", "node-c"]);
      const found = nodes.find(({ id }) => id === "shop-db-1@node-c");
      assert.deepEqual([found?.node, found?.kind, found?.compose_project], ["node-c", "container", "shop"]);
      for (const query of ["node=node-c", "container=shop-db-1", "search=shop-db&node=node-a"]) {
        const { flows } = await node.ask<FlowsPage>(`/api/flows?nodes=all&${query}`);
        const ends = flows.map(({ destination, destination_node, halves }) => [destination, destination_node, halves]);
        assert.deepEqual(ends, [["shop-db-1", "node-c", "client"]], query);
      }
      for (const query of ["node=node-c", "endpoint=shop-db-1"]) {
        const { transactions } = await node.ask<TransactionsPage>(`/api/transactions?${query}`);
        const ends = transactions.map(({ source, destination, apart }) => [
          ...[source?.name, source?.by, destination?.name, destination?.by, destination?.node],
          apart,
        ]);
        assert.deepEqual(ends, [["host/web", "half", "shop-db-1", "address", "node-c", "nat_unknown"]], query);
      }
    }
  });
});
