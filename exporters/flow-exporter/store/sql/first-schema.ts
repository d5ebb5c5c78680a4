import type { Dialect } from "./dialect.ts";

/*
 * Version 1, in words that SQLite and every database with PostgreSQL's protocol know. It is written out, and not made from
 * columns.ts, because a version that was released stays as it is while the columns go on.
 */

/** `started_at`, `first_seen` and `last_seen` are by the store's clock; a node's own words on time are its half's. */
const TRANSACTIONS = (options: string) => `CREATE TABLE transactions (
  key TEXT NOT NULL,
  protocol TEXT NOT NULL,
  incarnation BIGINT NOT NULL,
  source_address TEXT NOT NULL,
  source_port BIGINT NOT NULL,
  destination_address TEXT NOT NULL,
  destination_port BIGINT NOT NULL,
  ${half("client", "source")},
  ${half("server", "destination")},
  started_at BIGINT,
  first_seen BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  PRIMARY KEY (key, protocol, incarnation)
)${options}`;

const METADATA = `CREATE TABLE metadata (
  address TEXT NOT NULL,
  node TEXT NOT NULL,
  uid TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  container_id TEXT NOT NULL,
  image TEXT NOT NULL,
  namespace TEXT NOT NULL,
  pod TEXT NOT NULL,
  service TEXT NOT NULL,
  valid_from BIGINT NOT NULL,
  valid_to BIGINT NOT NULL,
  PRIMARY KEY (address, node, valid_from, uid)
)`;

/** Pages go by what never changes, so that no row is on two of them, and writing a row again touches no index. */
export const firstSchema = ({ rewrittenTable }: Dialect): readonly string[] => [
  TRANSACTIONS(rewrittenTable),
  "CREATE INDEX transactions_first_seen ON transactions (first_seen, key, protocol, incarnation)",
  METADATA,
  "CREATE INDEX metadata_valid_from ON metadata (valid_from, address, node, uid)",
];

function half(side: string, end: string): string {
  return `${side}_node TEXT,
  ${side}_boot TEXT,
  ${side}_start_ns BIGINT,
  ${side}_started_ms BIGINT,
  ${side}_ended_ms BIGINT,
  ${side}_sent_bytes BIGINT,
  ${side}_received_bytes BIGINT,
  ${side}_retransmits BIGINT,
  ${side}_rtt_seconds DOUBLE PRECISION,
  ${side}_state TEXT,
  ${side}_opened BIGINT,
  ${side}_failed BIGINT,
  ${side}_errno BIGINT,
  ${end}_name TEXT,
  ${end}_kind TEXT,
  ${end}_container_id TEXT,
  ${end}_image TEXT,
  ${end}_namespace TEXT,
  ${end}_pod TEXT,
  ${end}_service TEXT`;
}
