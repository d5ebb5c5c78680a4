import { readFile } from "node:fs/promises";
import path from "node:path";
import { type Postgres, startPostgres } from "../../lib/store/postgres.ts";
import type { Bench, Part } from "../bench.ts";
import { count, megabytes, percent, short } from "../lib/format.ts";
import { quantile } from "../lib/stats.ts";
import { type Fleet, runFleet } from "../rig/agents.ts";

const INTERVAL_MS = 10_000;
const SNAPSHOTS = 3;
const FLEETS: readonly Fleet[] = [
  { agents: 100, flows: 100 },
  { agents: 1_000, flows: 10 },
  { agents: 1_000, flows: 100 },
  { agents: 1_000, flows: 200 },
].map((fleet) => ({ ...fleet, intervalMs: INTERVAL_MS, snapshots: SNAPSHOTS }));
/** An agent takes a second one where more has changed than one batch holds. */
const CONNECTIONS_EACH = 2;
/** For those that look at it. */
const OTHER_CONNECTIONS = 20;

export const agents: Part = {
  name: "agents",
  packages: { "/usr/lib/postgresql": "postgresql" },
  run: async (bench) => {
    const most = Math.max(...FLEETS.map(({ agents }) => agents));
    await using server = await startPostgres([`max_connections=${most * CONNECTIONS_EACH + OTHER_CONNECTIONS}`]);
    const rows: string[][] = [];
    for (const [index, fleet] of FLEETS.entries()) rows.push(await measure(server, `fleet_${index}`, fleet, bench));
    const columns = [
      "agents",
      "changed flows each",
      "rows a second",
      "kept up",
      "p50, ms",
      "p99, ms",
      "latest began, s",
      "connections",
      "MB a connection",
    ];
    return { title: "Agents", method: METHOD, tables: [{ title: "One PostgreSQL for many nodes", columns, rows }] };
  },
};

const METHOD = [
  `Agents without a kernel, in one process: each with a store of its own, as an exporter has, and with flows of its own, which it writes at its own time of every ${INTERVAL_MS / 1_000} seconds, ${SNAPSHOTS} times, the first time as new rows. Kept up: the share of
snapshots that the database had taken before the next one was due. Latency is from the beginning of a snapshot to the database's last
answer. PostgreSQL as Debian configures it but for \`max_connections\`, on the same machine as the agents, the disk waited for.
A connection's memory is what its process shares with no other.`,
];

async function measure(server: Postgres, database: string, fleet: Fleet, { signal, report }: Bench) {
  report(`${count(fleet.agents)} agents, ${count(fleet.flows)} flows each`);
  await server.execute("postgres", `CREATE DATABASE ${database}`);
  const look = () => connectionsOf(server.folder);
  const { written, seen } = await runFleet(server.addressOf(database), fleet, { signal, look });
  await server.execute("postgres", `DROP DATABASE ${database} WITH (FORCE)`);
  const kept = written.filter(({ lag, latency, failed }) => !failed && lag + latency <= fleet.intervalMs).length;
  const latencies = written.map(({ latency }) => latency);
  return [
    count(fleet.agents),
    count(fleet.flows),
    count((fleet.agents * fleet.flows * 1_000) / fleet.intervalMs),
    percent(kept / written.length),
    short(quantile(latencies, 0.5)),
    short(quantile(latencies, 0.99)),
    short(Math.max(...written.map(({ lag }) => lag)) / 1_000),
    count(seen.connections),
    megabytes(seen.bytesEach),
  ];
}

/** The server's processes that serve a connection, and what one shares with no other, on average. */
async function connectionsOf(folder: string): Promise<{ connections: number; bytesEach: number }> {
  const [server = ""] = (await readFile(path.join(folder, "data/postmaster.pid"), "utf8")).split("\n");
  const children = await readFile(`/proc/${server}/task/${server}/children`, "utf8");
  const found = await Promise.all(children.trim().split(" ").map(privateBytesOfConnection));
  const bytes = found.filter((one) => one !== undefined);
  return { connections: bytes.length, bytesEach: bytes.reduce((sum, one) => sum + one, 0) / bytes.length };
}

/** Undefined for processes that serve none, and for one that has just ended. */
async function privateBytesOfConnection(pid: string): Promise<number | undefined> {
  try {
    // It writes into its command line whom it serves: "postgres: postgres fleet_0 [local] idle".
    if (!(await readFile(`/proc/${pid}/cmdline`, "utf8")).includes("[local]")) return undefined;
    const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
    const own = [...text.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB$/gm)];
    return own.reduce((sum, [, kilobytes]) => sum + Number(kilobytes) * 1_024, 0);
  } catch {
    return undefined;
  }
}
