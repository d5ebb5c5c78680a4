import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Side, TransactionHalf } from "../../model/transaction.ts";
import { inputColumns, transactionUpdate, transactionUpsert } from "../sql/upsert.ts";
import { halfValues } from "../sql/values.ts";
import { NOW, SQLITE } from "./dialect.ts";

/**
 * Writes halves of one side. Most are in the table already, and for these an update takes two thirds of the upsert's time; it finds
 * nothing of those that are new, which come in rows, and is left out while they do.
 */
export class HalfWriter {
  readonly #update: StatementSync;
  readonly #upsert: StatementSync;
  #areNew = false;
  #lastRow: number | bigint = 0;

  constructor(database: DatabaseSync, side: Side) {
    this.#update = database.prepare(transactionUpdate(side, SQLITE.greatest, valuesOf(side)));
    this.#upsert = database.prepare(transactionUpsert(side, SQLITE));
  }

  write(half: TransactionHalf, nowMs: number): void {
    const values = halfValues(half, nowMs);
    if (!this.#areNew && this.#update.run(...values).changes !== 0) return;
    const { lastInsertRowid } = this.#upsert.run(...values);
    this.#areNew = lastInsertRowid !== this.#lastRow;
    this.#lastRow = lastInsertRowid;
  }
}

/** The update takes the same values in the same order as the upsert. */
function valuesOf(side: Side): (name: string) => string {
  const names = inputColumns(side).map(({ name }) => name);
  const placeOf = (name: string) => `?${names.indexOf(name) + 1}`;
  const computed = new Map([
    ["last_seen", NOW],
    ["started_at", `${NOW} - ${placeOf("age_ms")}`],
  ]);
  return (name) => computed.get(name) ?? placeOf(name);
}
