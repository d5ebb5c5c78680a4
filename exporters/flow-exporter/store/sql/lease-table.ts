/** Version 3: who does what only one of all writers should do at a time, and until when, by the store's clock. */
export const LEASE_TABLE: readonly string[] = [
  "CREATE TABLE leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until BIGINT NOT NULL)",
];
