import { randomUUID } from "node:crypto";
import { accessSync, constants, existsSync } from "node:fs";
import { DatabaseSync, type SQLOutputValue, type StatementSync } from "node:sqlite";
import type { AddressHolder, Transaction, TransactionHalf, WrittenTransaction } from "../../model/transaction.ts";
import { batchesOf } from "../batches.ts";
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
import { metadataUpsert } from "../sql/upsert.ts";
import { holderValues, type Value } from "../sql/values.ts";
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
import { SQLITE } from "./dialect.ts";
import { sqliteError } from "./errors.ts";
import { HalfWriter } from "./half-writer.ts";
import { OpenFile } from "./open-file.ts";
import { whenFree } from "./when-free.ts";

/** For another process that writes to the same file. */
const PATIENCE_MS = 30_000;
/** Of that, so long at a time SQLite waits itself, and the thread with it. */
const BUSY_TIMEOUT_MS = 250;
const CLAIM_TRIM = claimTrim(SQLITE);
/** Rows of one transaction: others wait no longer than it takes to write them. */
const MAX_BATCH = 10_000;

/**
 * A file that several processes of one machine may share. SQLite is synchronous: whoever calls this waits for the disk, so it
 * belongs in a thread of its own.
 */
export class SqliteStore implements Store {
  readonly #database: DatabaseSync;
  readonly #file: OpenFile;
  readonly #halves: { client: HalfWriter; server: HalfWriter };
  readonly #metadataUpsert: StatementSync;
  /** What its leases are called by. */
  readonly #name = randomUUID();

  private constructor(database: DatabaseSync, file: string) {
    this.#database = database;
    this.#file = new OpenFile(file);
    this.#halves = { client: new HalfWriter(database, "client"), server: new HalfWriter(database, "server") };
    this.#metadataUpsert = database.prepare(metadataUpsert(SQLITE));
  }

  /** Opens the file, which is made where it is not there. Rejects with a StoreError. */
  static async open(file: string): Promise<SqliteStore> {
    let database: DatabaseSync | undefined;
    try {
      const opened = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
      database = opened;
      await whenFree(() => {
        // The log is taken over into the file four times less often than by default: each time waits for the disk.
        opened.exec("PRAGMA wal_autocheckpoint = 4000");
        // What a power cut takes away is whole transactions, the last ones; never half of one.
        opened.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
        inTransaction(opened, () => migrate(opened));
      }, PATIENCE_MS);
      return new SqliteStore(opened, file);
    } catch (error) {
      database?.close();
      throw isReadOnly(file) ? new StoreError("READ_ONLY", `${file} is for reading only`, error) : sqliteError(error);
    }
  }

  async writeTransactions(halves: readonly TransactionHalf[], nowMs: number): Promise<void> {
    for (const batch of batchesOf(halves, MAX_BATCH).flat()) {
      const writer = this.#halves[batch.side];
      await this.#write(() => {
        for (const half of batch.halves) writer.write(half, nowMs);
      });
    }
  }

  async writeMetadata(holders: readonly AddressHolder[]): Promise<void> {
    await this.#write(() => {
      for (const holder of holders) this.#metadataUpsert.run(...holderValues(holder));
    });
  }

  async transactions(query: TransactionQuery) {
    const { rows, next } = this.#read(transactionReading(query, SQLITE));
    return { rows: await this.#withPeers(rows), next };
  }

  async metadata(query: MetadataQuery) {
    return this.#read(metadataReading(query, SQLITE));
  }

  async edges(bounds: EdgeBounds) {
    return edgeReadingOf(this.#select(edgeReading(bounds, SQLITE)));
  }

  async flows(query: FlowQuery) {
    const { part, count } = flowReadings(query, SQLITE);
    const [counted] = this.#select(count.sql, count.parameters);
    const rows = this.#select(part.sql, part.parameters).map(transactionOf);
    return { total: Number(counted?.found), rows: await this.#withPeers(rows) };
  }

  async ended(query: EndedQuery) {
    const { page, count } = endedReadings(query, SQLITE);
    const [counted] = query.after === undefined ? this.#select(count.sql, count.parameters) : [];
    const { rows, next } = endedPageOf(this.#select(page.sql, page.parameters), query);
    const transactions = await this.#withPeers(rows.map(({ transaction }) => transaction));
    return { rows: endsOf(rows, transactions), next, total: counted && Number(counted.found) };
  }

  async trim(bounds: Bounds): Promise<number> {
    const claim = named(() => this.#database.prepare(CLAIM_TRIM));
    return trimTables(bounds, SQLITE, {
      hasLease: async () => (await namedWhenFree(() => claim.all(this.#name))).length > 0,
      select: async (sql, parameters) => this.#select(sql, parameters),
      remove: async (sql, parameters) => {
        const statement = named(() => this.#database.prepare(sql));
        return Number((await namedWhenFree(() => statement.run(...parameters))).changes);
      },
    });
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  async #write(work: () => void): Promise<void> {
    this.#file.check();
    await namedWhenFree(() => inTransaction(this.#database, work));
  }

  #withPeers(rows: readonly WrittenTransaction[]): Promise<Transaction[]> {
    return withPeers(rows, async (asked) => this.#read(tenureReading(asked, SQLITE)).rows);
  }

  #read<Item>({ sql, parameters, pageOf }: Reading<Item>): Page<Item> {
    return pageOf(this.#select(sql, parameters));
  }

  #select(sql: string, parameters: readonly Value[] = []): Row[] {
    const statement = named(() => this.#database.prepare(sql));
    statement.setReadBigInts(true);
    // One by one: as they come, rows take several times the memory.
    return named(() => Array.from(statement.iterate(...parameters), withNumbers));
  }
}

/** After 104 days a machine counts more nanoseconds than a number holds to the last one, and as numbers SQLite refuses them. */
function withNumbers(row: Record<string, SQLOutputValue>): Row {
  const plain = Object.entries(row).map(([name, value]) => [name, typeof value === "bigint" ? Number(value) : value]);
  return Object.fromEntries(plain);
}

/** SQLite says of a file on a disk that is for reading only that it cannot be opened, as of one that is not there. */
function isReadOnly(file: string): boolean {
  try {
    if (existsSync(file)) accessSync(file, constants.W_OK);
    return false;
  } catch {
    return true;
  }
}

function migrate(database: DatabaseSync): void {
  database.exec(CREATE_VERSIONS);
  const tables = database
    .prepare(SQLITE.tables)
    .all()
    .map(({ name }) => `${name}`);
  const version = Number(database.prepare(READ_VERSION).get()?.version);
  for (const statement of migrationFrom({ tables, version }, SQLITE)) database.exec(statement);
}

function inTransaction(database: DatabaseSync, work: () => void): void {
  // Taking the lock at once: one that is taken later, after another has written, cannot be waited for.
  database.exec("BEGIN IMMEDIATE");
  try {
    work();
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** @throws StoreError in place of SQLite's. */
function named<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw sqliteError(error);
  }
}

/** The same of work that waits for a lock. */
async function namedWhenFree<Result>(work: () => Result): Promise<Result> {
  try {
    return await whenFree(work, PATIENCE_MS);
  } catch (error) {
    throw sqliteError(error);
  }
}
