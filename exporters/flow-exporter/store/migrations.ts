import { StoreError } from "./error.ts";
import type { Dialect } from "./sql/dialect.ts";
import { firstSchema } from "./sql/first-schema.ts";
import { NAT_COLUMNS } from "./sql/nat-columns.ts";

/** The statements of each version, the first one's at 0. What has been released is never changed: a change is another version. */
const MIGRATIONS: readonly ((dialect: Dialect) => readonly string[])[] = [firstSchema, () => NAT_COLUMNS];

/** Of the schema that this program writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

export const CREATE_VERSIONS = "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY)";
/** Answers with a row whose `version` `migrationFrom` takes. */
export const READ_VERSION = "SELECT coalesce(max(version), 0) AS version FROM schema_version";

/**
 * The statements that bring a database from a version to this program's, to be run in one transaction with the two above. Two
 * programs that do so at once are told apart by the key of `schema_version`: one of them fails, as a whole, and finds everything
 * done when it tries again.
 * @throws StoreError where a newer program has been here
 */
export function migrationFrom(version: number, dialect: Dialect): string[] {
  if (version > SCHEMA_VERSION) {
    const reason = `its schema has version ${version}, and this program knows those up to ${SCHEMA_VERSION}`;
    throw new StoreError("SCHEMA_NEWER", `the database was written by a newer program: ${reason}`);
  }
  return MIGRATIONS.slice(version).flatMap((statements, index) => [
    ...statements(dialect),
    `INSERT INTO schema_version (version) VALUES (${version + index + 1})`,
  ]);
}
