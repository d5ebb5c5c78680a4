import { rm, stat } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openStore } from "../../../exporters/flow-exporter/store/open.ts";
import { startPostgres } from "../../lib/store/postgres.ts";
import type { Bench, Part } from "../bench.ts";
import { count, range, short } from "../lib/format.ts";
import { verdict } from "../lib/goal.ts";
import { median, spreadOf } from "../lib/stats.ts";
import { type Share, StoreWriters } from "../rig/store-writers.ts";

const KEYS = 100_000;
const WRITERS = 8;
/** Transactions of a page, and pages that are read. */
const PAGE = 100;
const PAGES = 21;

/** A database for one measurement. */
interface Fresh extends AsyncDisposable {
  address: string;
  /** On disk, with its indexes. */
  bytes(): Promise<number>;
}

interface Engine extends AsyncDisposable {
  name: string;
  /** Seconds in which one writer is to store a snapshot. */
  goalSeconds: number;
  create(name: string): Promise<Fresh>;
}

/** How the keys are divided among processes. */
const LOADS: readonly { name: string; shares: readonly Share[] }[] = [
  { name: "1 writer", shares: [{ first: 0, keys: KEYS }] },
  {
    name: `${WRITERS} writers, keys of their own`,
    shares: manyShares((number) => ({ first: (number * KEYS) / WRITERS, keys: KEYS / WRITERS })),
  },
  { name: `${WRITERS} writers, the same keys`, shares: manyShares(() => ({ first: 0, keys: KEYS / WRITERS })) },
];

export const store: Part = {
  name: "store",
  packages: { "/usr/lib/postgresql": "postgresql" },
  run: async (bench) => {
    const rows: string[][] = [];
    for (const start of [sqlite, postgres]) {
      await using engine = await start(bench);
      for (const [index, load] of LOADS.entries()) {
        bench.report(`${engine.name}, ${load.name}`);
        await using database = await engine.create(`flows_${index}`);
        const { first, again, newBytes, bytes, pageMs } = await measure(database, load.shares, bench);
        const { median } = again;
        const sizes = [newBytes, bytes].map((size) => count(size / transactionsOf(load.shares)));
        const seconds = [short(first), short(median), range(again, short)];
        const goal = load.shares.length === 1 ? verdict(Math.max(first, median), { most: engine.goalSeconds }) : "";
        rows.push([
          engine.name,
          load.name,
          ...seconds,
          count(Math.round(KEYS / median)),
          ...sizes,
          short(pageMs),
          goal,
        ]);
      }
    }
    const columns = [
      "",
      "",
      "new, s",
      "again, s",
      "min–max",
      "upserts a second",
      "bytes a row, new",
      "later",
      "a page, ms",
      "goal, s",
    ];
    return {
      title: "Storing",
      method: METHOD,
      tables: [{ title: `${count(KEYS)} halves of transactions`, columns, rows }],
    };
  },
};

const METHOD = [
  `Halves of ${count(KEYS)} transactions, written to a database by one process, or by ${WRITERS} at once with an eighth of them each: of keys of
their own, or all of the same keys, half of them as clients and half as servers. Seconds until the last one is done, making the
halves included; "new" into an empty database, "again" with larger counters, as every ten seconds. Bytes of a row are the database's on disk
with its indexes, by its transactions: once they are new, and after all writes. A page has ${PAGE} transactions, the youngest of one node; the
median of ${PAGES}. SQLite in WAL mode; PostgreSQL as
Debian configures it, at a unix socket of the same machine, the disk waited for.`,
];

async function measure(database: Fresh, shares: readonly Share[], { scale, signal }: Bench) {
  await using writers = await StoreWriters.start(database.address, shares);
  const first = await writers.write();
  const newBytes = await database.bytes();
  const seconds: number[] = [];
  for (let repetition = 0; repetition < scale.repetitions; repetition++) {
    signal.throwIfAborted();
    seconds.push(await writers.write());
  }
  return {
    first,
    again: spreadOf(seconds),
    newBytes,
    bytes: await database.bytes(),
    pageMs: await medianPage(database.address),
  };
}

async function sqlite({ folder }: Bench): Promise<Engine> {
  const create = async (name: string) => {
    const address = path.join(folder, `${name}.db`);
    const remove = async () => {
      for (const suffix of ["", "-wal", "-shm"]) await rm(`${address}${suffix}`, { force: true });
    };
    await remove();
    // Without the log of what is not yet in it, which holds pages twice.
    const bytes = async () => {
      using database = new DatabaseSync(address);
      database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      return (await stat(address)).size;
    };
    return { address, bytes, [Symbol.asyncDispose]: remove };
  };
  return { name: "SQLite", goalSeconds: 2, create, [Symbol.asyncDispose]: async () => {} };
}

async function postgres(): Promise<Engine> {
  const server = await startPostgres();
  const create = async (name: string) => {
    await server.execute("postgres", `CREATE DATABASE ${name}`);
    const drop = () => server.execute("postgres", `DROP DATABASE ${name} WITH (FORCE)`);
    const bytes = async () => {
      const [row] = await server.ask(name, "SELECT pg_total_relation_size('transactions')::float8 AS bytes");
      return Number(row?.bytes);
    };
    return { address: server.addressOf(name), bytes, [Symbol.asyncDispose]: drop };
  };
  return { name: "PostgreSQL", goalSeconds: 4, create, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

function manyShares(share: (number: number) => Share): Share[] {
  return Array.from({ length: WRITERS }, (_, number) => share(number));
}

/** Halves of one key are one transaction. */
function transactionsOf(shares: readonly Share[]): number {
  return new Set(shares.flatMap(({ first, keys }) => Array.from({ length: keys }, (_, index) => first + index))).size;
}

/** Milliseconds in which the first page of one node's transactions is there. */
async function medianPage(address: string): Promise<number> {
  const store = await openStore(address);
  const milliseconds: number[] = [];
  for (let page = 0; page < PAGES; page++) {
    const start = performance.now();
    await store.transactions({ limit: PAGE, node: "client" });
    milliseconds.push(performance.now() - start);
  }
  await store.close();
  return median(milliseconds);
}
