import type { Dialect } from "./dialect.ts";

/** As long as one writer trims for all; it also says how often that is done. Whoever is killed meanwhile has it for no longer. */
const TRIM_LEASE_MS = 600_000;

/**
 * A statement by which the writer whose name is its parameter takes the lease on trimming, or renews its own. It returns a row where
 * the writer has the lease now, and none where another one has.
 */
export function claimTrim(dialect: Dialect): string {
  return `WITH ${dialect.clock}
INSERT INTO leases (name, holder, until)
SELECT 'trim', ${dialect.parameter(1)}, clock.now + ${TRIM_LEASE_MS} FROM clock WHERE true
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
WHERE leases.holder = excluded.holder OR leases.until <= excluded.until - ${TRIM_LEASE_MS}
RETURNING name`;
}
