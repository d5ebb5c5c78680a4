import { randomUUID } from "node:crypto";
import pg from "pg";
import {
  type AddressHolder,
  type Side,
  type Transaction,
  type TransactionHalf,
  transactionKey,
  type WrittenTransaction,
} from "../../model/transaction.ts";
import { type Batch, batchesOf } from "../batches.ts";
import { StoreError } from "../error.ts";
import { CREATE_VERSIONS, migrationFrom, READ_VERSION } from "../migrations.ts";
import { withPeers } from "../peers.ts";
import { edgeReading, edgeReadingOf } from "../sql/edge-reading.ts";
import { endedPageOf, endedReadings, endsOf } from "../sql/ended-reading.ts";
import { flowReadings } from "../sql/flow-reading.ts";
import { claimTrim } from "../sql/lease.ts";
import { metadataReading, type Reading, tenureReading, transactionReading } from "../sql/queries.ts";
import { type Row, transactionOf } from "../sql/rows.ts";
import { trimTables } from "../sql/trim.ts";
import { inputColumns, METADATA_COLUMNS, metadataUpsert, transactionUpsert } from "../sql/upsert.ts";
import { halfValues, holderValues, type Value } from "../sql/values.ts";
import type {
  Bounds,
  EdgeBounds,
  EndedQuery,
  FlowQuery,
  MetadataQuery,
  Page,
  Store,
  TransactionQuery,
} from "../store.ts";
import { POSTGRES } from "./dialect.ts";
import { asBadQuery, isMadeTwice, isPassing, postgresError } from "./errors.ts";
import { inLanes } from "./lanes.ts";
import { retried } from "./retry.ts";

/** Rows of one statement: half of what an exporter hands over at once, so that the database works on both halves of that. */
export const MAX_BATCH = 250;
/** Batches that are written at once, each by a connection. Where there is one only, it takes one. */
const WRITING_LANES = 2;
const CONNECT_TIMEOUT_MS = 5_000;
/** Longer than from one snapshot to the next: each would begin with a new connection otherwise. */
const IDLE_TIMEOUT_MS = 60_000;
/** A network that has gone without a word would hold the writer up for ever: what it was at waits in the spool then. */
const WRITE_TIMEOUT_MS = 20_000;
/** Trimming a large table takes longer than writing to it. */
const STATEMENT_TIMEOUT_MS = 60_000;
/** Nobody waits for an answer any longer then: the server itself ends what takes so long, or would read on. */
const READ_TIMEOUTS = { statement_timeout: 10_000, query_timeout: 12_000 };
/** Each time a half has found its row taken it looks anew, and there is an end to writers that are faster. */
const MAX_ROUNDS = 20;

const UPSERTS = {
  client: upsertOf("client"),
  server: upsertOf("server"),
};
const CLAIM_TRIM = claimTrim(POSTGRES);
const METADATA_UPSERT = metadataUpsert(POSTGRES);

/** A statement with a time of its own in which the database must answer; its types do not know of that. */
interface TimedStatement extends pg.QueryConfig {
  query_timeout?: number;
}

function upsertOf(side: Side): { columns: number; statement: TimedStatement } {
  const text = `${transactionUpsert(side, POSTGRES)} RETURNING key, protocol`;
  const statement = { name: side, text, query_timeout: WRITE_TIMEOUT_MS };
  return { columns: inputColumns(side).length, statement };
}

/** A database that speaks PostgreSQL's protocol, which many nodes may share. Each batch is one statement, and so all or nothing. */
export class PostgresStore implements Store {
  readonly #pool: pg.Pool;
  /** Who asks waits for others who ask, and the writer for none of them. */
  readonly #reads: pg.Pool;
  /** What its leases are called by. */
  readonly #name = randomUUID();

  private constructor(pool: pg.Pool, reads: pg.Pool) {
    this.#pool = pool;
    this.#reads = reads;
  }

  /** Connects to `postgres://…`. Rejects with a StoreError. */
  static async open(address: string): Promise<PostgresStore> {
    // One more for trimming, which goes on beside the writing.
    const pool = connectionsTo(address, WRITING_LANES + 1, { query_timeout: STATEMENT_TIMEOUT_MS });
    try {
      await retried(() => migrate(pool), isMadeTwice);
      return new PostgresStore(pool, connectionsTo(address, 1, { ...READ_TIMEOUTS, onConnect: withoutCompiling }));
    } catch (error) {
      await pool.end();
      throw postgresError(error);
    }
  }

  async writeTransactions(halves: readonly TransactionHalf[], nowMs: number): Promise<void> {
    for (const group of batchesOf(halves, MAX_BATCH))
      await inLanes(group, WRITING_LANES, (batch) => this.#writeAll(batch, nowMs));
  }

  async writeMetadata(holders: readonly AddressHolder[]): Promise<void> {
    const arrays = columnsOf([...byHolder(holders).values()].map(holderValues), METADATA_COLUMNS.length);
    await this.#run(METADATA_UPSERT, arrays);
  }

  async transactions(query: TransactionQuery) {
    const { rows, next } = await this.#read(transactionReading(query, POSTGRES));
    return { rows: await this.#withPeers(rows), next };
  }

  async metadata(query: MetadataQuery) {
    return this.#read(metadataReading(query, POSTGRES));
  }

  async edges(bounds: EdgeBounds) {
    return edgeReadingOf(await this.#select(edgeReading(bounds, POSTGRES)));
  }

  async flows(query: FlowQuery) {
    const { part, count } = flowReadings(query, POSTGRES);
    const [counted] = await this.#select(count.sql, count.parameters);
    const rows = await this.#select(part.sql, part.parameters);
    return { total: Number(counted?.found), rows: await this.#withPeers(rows.map(transactionOf)) };
  }

  async ended(query: EndedQuery) {
    const { page, count } = endedReadings(query, POSTGRES);
    const [counted] = query.after === undefined ? await this.#select(count.sql, count.parameters) : [];
    const { rows, next } = endedPageOf(await this.#select(page.sql, page.parameters), query);
    const transactions = await this.#withPeers(rows.map(({ transaction }) => transaction));
    return { rows: endsOf(rows, transactions), next, total: counted && Number(counted.found) };
  }

  async trim(bounds: Bounds): Promise<number> {
    return trimTables(bounds, POSTGRES, {
      hasLease: async () => ((await this.#run(CLAIM_TRIM, [this.#name])).rowCount ?? 0) > 0,
      select: async (sql, parameters) => (await this.#run(sql, parameters)).rows,
      remove: async (sql, parameters) => (await this.#run(sql, parameters)).rowCount ?? 0,
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.end(), this.#reads.end()]);
  }

  /** Until all are written: one whose row another writer has taken meanwhile looks for its row again. */
  async #writeAll({ side, halves }: Batch, nowMs: number): Promise<void> {
    const { columns, statement } = UPSERTS[side];
    let left = halves;
    for (let round = 0; left.length > 0; round++) {
      if (round === MAX_ROUNDS)
        throw new StoreError("UNREACHABLE", `other writers were faster each time, for ${left.length} halves`);
      const arrays = columnsOf(
        left.map((half) => halfValues(half, nowMs)),
        columns,
      );
      const { rows } = await this.#run(statement, arrays);
      const written = new Set(rows.map(({ key, protocol }) => `${protocol} ${key}`));
      left = left.filter((half) => !written.has(`${half.protocol} ${transactionKey(half)}`));
    }
  }

  #withPeers(rows: readonly WrittenTransaction[]): Promise<Transaction[]> {
    return withPeers(rows, async (asked) => (await this.#read(tenureReading(asked, POSTGRES))).rows);
  }

  async #read<Item>({ sql, parameters, pageOf }: Reading<Item>): Promise<Page<Item>> {
    return pageOf(await this.#select(sql, parameters));
  }

  async #select(text: string, values: readonly Value[] = []): Promise<Row[]> {
    try {
      return (await retried(() => this.#reads.query<Row>(text, [...values]), isPassing)).rows;
    } catch (error) {
      throw asBadQuery(postgresError(error));
    }
  }

  async #run(statement: string | TimedStatement, values: readonly unknown[]) {
    try {
      const query: TimedStatement = typeof statement === "string" ? { text: statement } : statement;
      return await retried(() => this.#pool.query<Row>({ ...query, values: [...values] }), isPassing);
    } catch (error) {
      throw postgresError(error);
    }
  }
}

/** A connection that is made when it is needed, and left when it is not. */
function connectionsTo(
  address: string,
  max: number,
  more: Pick<pg.PoolConfig, "query_timeout" | "statement_timeout" | "onConnect">,
): pg.Pool {
  const pool = new pg.Pool({
    connectionString: address,
    max,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    application_name: "flowtally",
    types: { getTypeParser },
    ...more,
  });
  // A connection that fails while it rests is left out of the pool; what comes next makes another.
  pool.on("error", ignore);
  return pool;
}

/**
 * PostgreSQL compiles what it thinks is costly, which takes longer than reading one of our tables: seconds on a busy machine. Others
 * that speak its protocol do not know the setting, and go on without.
 */
async function withoutCompiling(client: pg.ClientBase): Promise<void> {
  await client.query("SET jit = off").catch(ignore);
}

async function migrate(pool: pg.Pool): Promise<void> {
  await pool.query(CREATE_VERSIONS);
  const connection = await pool.connect();
  // The statement that runs fails with it; between two, nobody else would listen.
  connection.on("error", ignore);
  try {
    await connection.query("BEGIN");
    const tables = (await connection.query<Row>(POSTGRES.tables)).rows.map(({ name }) => `${name}`);
    const version = Number((await connection.query<Row>(READ_VERSION)).rows[0]?.version);
    for (const statement of migrationFrom({ tables, version }, POSTGRES)) await connection.query(statement);
    await connection.query("COMMIT");
  } catch (error) {
    await connection.query("ROLLBACK").catch(() => {});
    throw error;
  } finally {
    connection.off("error", ignore);
    connection.release();
  }
}

function ignore(): void {}

/** One statement cannot write a row twice: of a holder that is there twice the last one counts. */
function byHolder(holders: readonly AddressHolder[]): Map<string, AddressHolder> {
  return new Map(holders.map((holder) => [`${holder.address} ${holder.node} ${holder.uid}`, holder]));
}

/** An array for each column. */
function columnsOf(rows: readonly (readonly Value[])[], count: number): Value[][] {
  return Array.from({ length: count }, (_, column) => rows.map((row) => row[column] ?? null));
}

/** As a number what PostgreSQL calls bigint: counters are far from 2^53. */
function getTypeParser(type: number, format?: "text" | "binary") {
  if (type === pg.types.builtins.INT8) return Number;
  return pg.types.getTypeParser(type, format as "text");
}
