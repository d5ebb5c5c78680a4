import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import type { Exporter } from "../../exporters/flow-exporter/exporter.ts";
import type { Transaction, TransactionsPage } from "../../exporters/flow-exporter/outputs/http/answers.ts";
import { orSkip } from "../lib/or-skip.ts";
import { lackOfPostgres, type Postgres, startPostgres } from "../lib/store/postgres.ts";
import { BRIEF_BYTES, BRIEF_REQUEST, BRIEF_RESPONSE } from "./exporter/talk.ts";
import { eventually } from "./lib/eventually.ts";
import { buildTracer, startTracer, type Tracer, tracerLacks } from "./lib/tracer.ts";
import { ADDRESS, createNetwork, type Network, type NodeName, PORT, VIRTUAL } from "./nat/network.ts";
import { startNode } from "./nat/node.ts";
import { IPTABLES, natKernelLacks, natToolsLack } from "./nat/requirements.ts";

const LACK = (await tracerLacks()) ?? (await natToolsLack());
const SKIP = orSkip(LACK) || ((await natKernelLacks()) ?? false);
/** Longer than two snapshots. */
const DEADLINE_S = 30;
const CONNECTIONS = 5;

/** Two machines, each with a tracer and an exporter of its own, and one store: a file, or a PostgreSQL where there is one. */
for (const iptables of IPTABLES) {
  const hasPostgres = iptables === "iptables-nft" && lackOfPostgres() === undefined;
  const name = `flows between two nodes whose addresses are translated by ${iptables}, stored in ${hasPostgres ? "PostgreSQL" : "SQLite"}`;
  describe(name, { skip: SKIP }, () => {
    let postgres: Postgres | undefined;
    let folder: string;
    let peer: string;
    let network: Network;
    const tracers: Tracer[] = [];
    const exporters = new Map<NodeName, Exporter>();
    const servers: { kill(): unknown }[] = [];

    before(async () => {
      folder = await mkdtemp(path.join(tmpdir(), "flowtally-nat-"));
      peer = path.join(folder, "peer");
      await execa("cc", ["-static", "-O2", "-o", peer, path.join(import.meta.dirname, "exporter/peer.c")]);
      if (hasPostgres) postgres = await startPostgres(["fsync=off"]);
      await buildTracer();
      network = await createNetwork(`flowtally-nat-${process.pid}`, iptables);
      for (const port of [PORT.routed, PORT.masqueraded, PORT.behindPublished, PORT.behindVirtual, PORT.betweenNodes])
        serve("answer", `${port}`, ...BRIEF_BYTES);
      serve("hear", `${PORT.datagrams}`);
      for (const node of ["a", "b"] as const) {
        tracers.push(await startTracer(`nat-${node}`));
        await start(node);
      }
    });
    after(async () => {
      for (const exporter of exporters.values()) await exporter.stop();
      for (const tracer of tracers) await tracer.stop();
      for (const server of servers) server.kill();
      await network?.[Symbol.asyncDispose]();
      await postgres?.[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    });

    async function start(node: NodeName, seesConntrack = true): Promise<void> {
      const own = path.join(folder, `${node}-${seesConntrack}`);
      await mkdir(own, { recursive: true });
      const pins = tracers[node === "a" ? 0 : 1]?.pins ?? "";
      const store = postgres?.addressOf("postgres") ?? path.join(folder, "flows.db");
      exporters.set(node, await startNode({ network, node, pins, folder: own, store, seesConntrack }));
    }
    function serve(...command: string[]): void {
      const [file = "", ...args] = [...network.within("pod-b"), peer, ...command];
      servers.push(execa(file, args, { reject: false, stdin: "ignore" }));
    }
    /** Some end at once, others stay as they are. */
    async function from(place: NodeName | `pod-${NodeName}`, ...command: string[]): Promise<void> {
      const [file = "", ...args] = [...network.within(place), peer, ...command];
      const child = execa(file, args, { reject: false, stdin: "ignore", buffer: false });
      servers.push(child);
      for await (const line of createInterface(child.stdout)) if (line === "done") return;
      assert.fail(`${command.join(" ")}: the peer has ended`);
    }
    const call = (place: NodeName | `pod-${NodeName}`, address: string, port: number) =>
      from(place, "brief", address, `${port}`, `${CONNECTIONS}`, ...BRIEF_BYTES);
    const ask = async (node: NodeName, where: string) => {
      const response = await fetch(`http://127.0.0.1:${exporters.get(node)?.port}${where}`);
      return JSON.parse(await response.text());
    };
    const stored = async (query: string): Promise<Transaction[]> =>
      ((await ask("b", `/api/transactions?${query}`)) as TransactionsPage).transactions;

    /** What a flow must be as either node tells it, from its own end. */
    const whole = {
      halves: "both",
      apart: null,
      ends: ["workload-a", "workload-b"],
      nodes: ["node-a", "node-b"],
      client: [BRIEF_REQUEST, BRIEF_RESPONSE],
      server: [BRIEF_RESPONSE, BRIEF_REQUEST],
    };
    const shown = ({ halves, apart, source, destination, client, server }: Transaction) => ({
      halves,
      apart,
      ends: [source?.name, destination?.name],
      nodes: [client?.node, server?.node],
      client: [client?.sent_bytes, client?.received_bytes],
      server: [server?.sent_bytes, server?.received_bytes],
    });
    const translations = (rows: readonly Transaction[]) => [
      ...new Set(rows.map(({ client, server }) => `${client?.nat} ${server?.nat}`)),
    ];
    const addresses = (rows: readonly Transaction[]) => [
      ...new Set(rows.map(({ source_address, destination_address }) => `${source_address} ${destination_address}`)),
    ];
    /** The transactions of a port, once there are as many as connections and each has both its halves. */
    const joined = async (port: number): Promise<Transaction[]> => {
      let rows: Transaction[] = [];
      await eventually(DEADLINE_S, async () => {
        rows = await stored(`port=${port}`);
        assert.deepEqual(
          rows.map(shown),
          Array.from({ length: CONNECTIONS }, () => whole),
        );
      });
      return rows;
    };

    test("a plain route: each connection is one transaction, exact to the byte from both ends", async () => {
      await call("pod-a", ADDRESS.b.pod, PORT.routed);
      const rows = await joined(PORT.routed);
      assert.deepEqual([translations(rows), addresses(rows)], [["none none"], [`${ADDRESS.a.pod} ${ADDRESS.b.pod}`]]);
    });

    test("what both ends have sent on them, as rows of a data set", async () => {
      const rows = async (job: string) => {
        const url = `http://127.0.0.1:${exporters.get("b")?.port}/api/dataset.csv?job=${job}&columns=all`;
        const [header = "", ...lines] = (await (await fetch(url)).text()).trimEnd().split("\n");
        const place = (name: string) => header.split(",").indexOf(name);
        return lines
          .map((line) => line.split(","))
          .filter((cells) => [cells[place("source_port")], cells[place("destination_port")]].includes(`${PORT.routed}`))
          .map((cells) => ["container", "machine", "is_client", "flow_size"].map((name) => cells[place(name)]));
      };
      const all = (row: readonly string[]) => Array.from({ length: CONNECTIONS }, () => row);
      assert.deepEqual(await rows("workload-a"), all(["workload-a", "workload-b", "1", `${BRIEF_REQUEST}`]));
      assert.deepEqual(await rows("workload-b"), all(["workload-b", "workload-a", "0", `${BRIEF_RESPONSE}`]));
    });

    test("a masquerade at the client's node", async () => {
      await call("pod-a", ADDRESS.b.pod, PORT.masqueraded);
      const rows = await joined(PORT.masqueraded);
      assert.deepEqual(translations(rows), ["followed none"]);
      assert.deepEqual(addresses(rows), [`${ADDRESS.a.node} ${ADDRESS.b.pod}`]);
      assert.match(rows[0]?.client?.socket_key ?? "", new RegExp(`^${ADDRESS.a.pod}-${ADDRESS.b.pod}-`));
    });

    test("a published port at the server's node, behind a masquerade", async () => {
      await call("pod-a", ADDRESS.b.node, PORT.published);
      const rows = await joined(PORT.published);
      assert.deepEqual(translations(rows), ["followed followed"]);
      assert.deepEqual(addresses(rows), [`${ADDRESS.a.node} ${ADDRESS.b.node}`]);
      assert.match(rows[0]?.server?.socket_key ?? "", new RegExp(`-${ADDRESS.b.pod}-\\d+-${PORT.behindPublished}$`));
    });

    test("a virtual address that the client's node sends to a backend", async () => {
      await call("pod-a", VIRTUAL, PORT.virtual);
      const rows = await joined(PORT.behindVirtual);
      assert.deepEqual(translations(rows), ["followed none"]);
      assert.deepEqual(addresses(rows), [`${ADDRESS.a.pod} ${ADDRESS.b.pod}`]);
      assert.match(rows[0]?.client?.socket_key ?? "", new RegExp(`-${VIRTUAL}-\\d+-${PORT.virtual}$`));
    });

    test("the same asked for by the node itself", async () => {
      await call("a", VIRTUAL, PORT.virtual);
      await eventually(DEADLINE_S, async () => {
        const rows = await stored(`port=${PORT.behindVirtual}&address=${ADDRESS.a.node}`);
        assert.deepEqual(
          rows.map((row) => [row.source_address, row.client?.nat, shown(row).halves, shown(row).server]),
          Array.from({ length: CONNECTIONS }, () => [ADDRESS.a.node, "followed", "both", whole.server]),
        );
      });
    });

    test("datagrams that are masqueraded", async () => {
      await from("pod-a", "ask", ADDRESS.b.pod, `${PORT.datagrams}`, "50", "600");
      await eventually(DEADLINE_S, async () => {
        const rows = await stored(`port=${PORT.datagrams}&protocol=udp`);
        assert.deepEqual(
          rows.map((row) => [shown(row).ends, shown(row).client, shown(row).server, row.client?.nat]),
          [[whole.ends, [30_000, 15_000], [15_000, 30_000], "followed"]],
        );
      });
    });

    test("what a machine between the nodes translates stays two halves, which say what is known of their other ends", async () => {
      await call("pod-a", ADDRESS.b.pod, PORT.betweenNodes);
      await eventually(DEADLINE_S, async () => {
        const rows = await stored(`port=${PORT.betweenNodes}`);
        assert.deepEqual(
          rows
            .map(({ halves, apart, source, destination }) => [
              halves,
              apart,
              source && [source.name, source.by],
              destination && [destination.name, destination.by],
            ])
            .sort(),
          [
            ...Array.from({ length: CONNECTIONS }, () => [
              "client",
              "peer_silent",
              ["workload-a", "half"],
              ["workload-b", "address"],
            ]),
            ...Array.from({ length: CONNECTIONS }, () => ["server", "peer_unknown", null, ["workload-b", "half"]]),
          ].sort(),
        );
      });
    });

    test("an exporter that cannot see the table says so, and of the halves that stay alone", async () => {
      await exporters.get("a")?.stop();
      await start("a", false);
      await call("pod-a", ADDRESS.b.node, PORT.published);
      await eventually(DEADLINE_S, async () => {
        const alone = (await stored(`port=${PORT.published}`)).filter(({ halves }) => halves !== "both");
        const clients = alone.filter(({ client }) => client !== null);
        assert.deepEqual(
          clients.map(({ apart, client }) => [apart, client?.nat, client?.sent_bytes]),
          Array.from({ length: CONNECTIONS }, () => ["nat_unknown", "unknown", BRIEF_REQUEST]),
        );
        assert.equal(alone.length, 2 * CONNECTIONS);
      });
      const { sources } = await ask("a", "/healthz");
      assert.equal(sources.conntrack.up, false);
      assert.match(sources.conntrack.reason, /nf_conntrack/);
      assert.deepEqual((await ask("b", "/healthz")).sources.conntrack, { up: true, reason: "" });
    });
  });
}
