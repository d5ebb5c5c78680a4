import { MADE_ANEW, StoreError } from "./error.ts";
import type { Dialect } from "./sql/dialect.ts";
import { firstSchema } from "./sql/first-schema.ts";
import { LEASE_TABLE } from "./sql/lease-table.ts";
import { NAT_COLUMNS } from "./sql/nat-columns.ts";
import { POD_OWNER_COLUMN } from "./sql/pod-owner-column.ts";

/** The statements of each version, the first one's at 0. What has been released is never changed: a change is another version. */
const MIGRATIONS: readonly ((dialect: Dialect) => readonly string[])[] = [
  firstSchema,
  () => NAT_COLUMNS,
  () => LEASE_TABLE,
  () => POD_OWNER_COLUMN,
];

/** Each with the version that has made it. */
const TABLES = [
  { name: "transactions", since: 1 },
  { name: "metadata", since: 1 },
  { name: "leases", since: 3 },
];

/** Of the schema that this program writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

export const CREATE_VERSIONS = "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY)";
export const READ_VERSION = "SELECT coalesce(max(version), 0) AS version FROM schema_version";

/** What is found in a database. */
export interface Found {
  /** The names of its tables, which are read before the version: whoever makes them writes both at once. */
  tables: readonly string[];
  version: number;
}

/**
 * The statements that bring a database to this program's version, to be run in one transaction with the two above. Two programs that
 * do so at once are told apart by the key of `schema_version`: one of them fails, as a whole, and finds everything done when it
 * tries again. Where somebody has dropped all tables but that one, they are made anew.
 * @throws StoreError where a newer program has been here, or another one, or somebody who has dropped a table
 */
export function migrationFrom({ tables, version }: Found, dialect: Dialect): string[] {
  if (version > SCHEMA_VERSION) {
    const reason = `its schema has version ${version}, and this program knows those up to ${SCHEMA_VERSION}`;
    throw new StoreError("SCHEMA_NEWER", `the database was written by a newer program: ${reason}`);
  }
  const there = TABLES.flatMap(({ name }) => (tables.includes(name) ? [name] : []));
  const missing = TABLES.flatMap(({ name, since }) => (since <= version && !tables.includes(name) ? [name] : []));
  if (missing.length > 0 && there.length === 0) return ["DELETE FROM schema_version", ...statementsAfter(0, dialect)];
  if (missing.length > 0) throw new StoreError("NO_TABLES", `the database has no table ${missing[0]}${MADE_ANEW}`);
  if (version === 0 && there.length > 0) {
    const reason = `it has a table ${there[0]}, and no version of this program's`;
    throw new StoreError("REFUSED", `the database is another program's: ${reason}; make one for this program alone`);
  }
  return statementsAfter(version, dialect);
}

function statementsAfter(version: number, dialect: Dialect): string[] {
  return MIGRATIONS.slice(version).flatMap((statements, index) => [
    ...statements(dialect),
    `INSERT INTO schema_version (version) VALUES (${version + index + 1})`,
  ]);
}
