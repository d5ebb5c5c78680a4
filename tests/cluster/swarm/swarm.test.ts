import assert from "node:assert/strict";
import { cpus } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import type {
  Graph,
  MetadataPage,
  Transaction,
  TransactionHalf,
  TransactionsPage,
} from "../../../exporters/flow-exporter/outputs/http/answers.ts";
import { eventually } from "../../integration/lib/eventually.ts";
import { orSkip } from "../../lib/or-skip.ts";
import { lackOfPostgres, type Postgres, startPostgres } from "../../lib/store/postgres.ts";
import { ask, deployAgents, killStarter, removeAgents, stackImages, startedBeside, targets } from "./agents.ts";
import { startRelay } from "./relay.ts";
import { BRIEF, DATAGRAMS, HELD, runShop, type Shop } from "./shop.ts";
import { type Swarm, startSwarm } from "./swarm.ts";

/** Of the database, which the agents reach as any other machine. */
const PORT = 5432;
/** Flows are told every ten seconds, from two nodes. */
const TOLD_SECONDS = 60;

describe("a Swarm of two nodes", { skip: orSkip(lackOfPostgres()) }, () => {
  let postgres: Postgres;
  let relay: AsyncDisposable;
  let swarm: Swarm;
  let shop: Shop;
  before(async () => {
    postgres = await startPostgres(["fsync=off"]);
    await postgres.execute("postgres", "CREATE DATABASE flows");
    const images = await stackImages();
    swarm = await startSwarm(Object.values(images));
    relay = await startRelay(swarm.manager, PORT, path.join(postgres.folder, ".s.PGSQL.5432"));
    await deployAgents(swarm, images, `postgres://postgres@${swarm.manager.address}:${PORT}/flows`);
    shop = await runShop(swarm, images.FLOW_EXPORTER_IMAGE);
  });
  after(async () => {
    await relay?.[Symbol.asyncDispose]();
    await swarm?.[Symbol.asyncDispose]();
    await postgres?.[Symbol.asyncDispose]();
  });

  it("shows each flow over its overlay as one transaction with both ends, exact to the byte, on every node", async () => {
    const { connections, request, response } = HELD;
    await shows(HELD.port, [
      ...Array.from({ length: connections }, () => ends("holding", "server", request, response)),
      ...Array.from({ length: BRIEF.connections }, () => ends("brief", "server", BRIEF.request, BRIEF.response)),
    ]);
  });

  it("shows datagrams over it likewise, all of one socket as one transaction", async () => {
    const { connections, request, response } = DATAGRAMS;
    await shows(DATAGRAMS.port, [ends("asking", "echo", connections * request, connections * response)]);
  });

  /** What both nodes know of a flow between two services, by bytes that the client sends and that it is sent. */
  const ends = (client: keyof Shop, server: keyof Shop, asked: number, answered: number) => ({
    client: [swarm.manager.name, shop[client], `shop_${client}`, asked, answered],
    server: [swarm.worker.name, shop[server], `shop_${server}`, answered, asked],
  });

  const shows = async (port: number, expected: ReturnType<typeof ends>[]) => {
    for (const node of [swarm.manager, swarm.worker]) {
      await eventually(TOLD_SECONDS, async () => {
        const { transactions } = await ask<TransactionsPage>(node, `/api/transactions?port=${port}&limit=1000`);
        assert.deepEqual(transactions.map(endsOf).sort(byText), expected.sort(byText));
      });
    }
  };

  it("draws the flows of all nodes, whichever is asked, each by both its halves", async () => {
    const { connections, request, response } = HELD;
    const expected = {
      source_node: swarm.manager.name,
      destination_node: swarm.worker.name,
      halves: "both",
      sent_bytes: connections * request,
      received_bytes: connections * response,
    };
    for (const node of [swarm.manager, swarm.worker]) {
      await eventually(TOLD_SECONDS, async () => {
        const { nodes, links } = await ask<Graph>(node, "/api/graph?nodes=all");
        const idOf = (wanted: string) => nodes.find(({ name }) => name === wanted)?.id ?? `no ${wanted}`;
        const [source, destination] = [idOf(shop.holding), idOf(shop.server)];
        const drawn = links.filter((link) => link.source === source && link.destination === destination);
        assert.deepEqual(
          drawn.map(({ source_node, destination_node, halves, sent_bytes, received_bytes }) => ({
            ...{ source_node, destination_node, halves, sent_bytes, received_bytes },
          })),
          [expected],
        );
      });
    }
  });

  it("says which container had which address on which node", async () => {
    const { metadata } = await ask<MetadataPage>(swarm.worker, "/api/metadata?limit=1000");
    const known = metadata.map(({ node, owner }) => `${node} ${owner.name}`);
    assert.ok(known.includes(`${swarm.manager.name} ${shop.holding}`), known.join("\n"));
    assert.ok(known.includes(`${swarm.worker.name} ${shop.server}`), known.join("\n"));
  });

  it("gives the exporter the processes of its node, and no other right: neither Docker's socket nor a capability", async () => {
    const { engine } = swarm.worker;
    const [id = ""] = await startedBeside(swarm.worker);
    const { Config, HostConfig, Mounts } = await engine.getContainer(id).inspect();
    const { PidMode, CapAdd, CapDrop, Privileged, ReadonlyRootfs, SecurityOpt, NanoCpus } = HostConfig;
    assert.deepEqual(
      [Config.User, PidMode, CapAdd, CapDrop, Privileged],
      ["60906:60906", "host", null, ["ALL"], false],
    );
    assert.deepEqual([ReadonlyRootfs, SecurityOpt.includes("no-new-privileges:true")], [true, true]);
    assert.deepEqual(HostConfig.GroupAdd, ["60901", "0"]);
    assert.equal(NanoCpus, cpus().length * 1e9);
    const places = Mounts.map(({ Destination }) => Destination).sort();
    assert.deepEqual(places, ["/files", "/pins", "/run/docker-filter", "/state"]);
    assert.ok(!Config.Env.some((entry) => entry.includes("postgres://")), "its environment has the store's address");
  });

  it("has Prometheus find the agent of each node by the Swarm's own word", async () => {
    const expected = [swarm.manager, swarm.worker].map(({ name }) => `${name} 1`);
    await eventually(TOLD_SECONDS, async () => assert.deepEqual(await targets(swarm.manager), expected));
  });

  it("has another exporter after a task was killed, and no two", async () => {
    const before = await startedBeside(swarm.worker);
    assert.equal(before.length, 1);
    await killStarter(swarm.worker);
    await eventually(TOLD_SECONDS, async () => {
      await ask(swarm.worker, "/healthz");
      const now = await startedBeside(swarm.worker);
      assert.equal(now.length, 1);
      assert.notDeepEqual(now, before);
    });
  });

  it("leaves no exporter once its stack is removed", async () => {
    await removeAgents(swarm.manager);
    for (const node of [swarm.manager, swarm.worker]) {
      await eventually(TOLD_SECONDS, async () => assert.deepEqual(await startedBeside(node), []));
    }
  });
});

function endsOf({ client, server }: Transaction) {
  return { client: wordsOf(client), server: wordsOf(server) };
}

function wordsOf(half: TransactionHalf | null) {
  return half && [half.node, half.owner.name, half.owner.service, half.sent_bytes, half.received_bytes];
}

function byText(one: unknown, other: unknown): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}
