import { SLACK_MS } from "../peers.ts";
import { OWNER_COLUMNS } from "./columns.ts";
import type { Dialect } from "./dialect.ts";

/*
 * Who had the address of the end of a flow that no node has written, in SQL, by the same rule as `peers.ts`: who alone had it as the
 * flow became known, of those on the node of the other end if there are any, else of all. `t` is the transaction.
 */

/** Null: there are both halves. */
const FAR_ADDRESS = `CASE WHEN t.client_node IS NULL THEN t.source_address
    WHEN t.server_node IS NULL THEN t.destination_address END`;
const OWN_NODE = "coalesce(t.client_node, t.server_node)";
/** What does not leave its node has an address that others give out as well. */
const LEAVES = "coalesce(t.client_nat, t.server_nat, '') <> 'local'";

/** One half is all there is of `t`. */
export const IS_ALONE = "(t.client_node IS NULL OR t.server_node IS NULL)";

const ATTRIBUTES = OWNER_COLUMNS.filter((name) => name !== "name");

/**
 * Parts of WITH that make a table `holders`: who alone had an address from `since` to `until`, among all nodes, and from
 * `since_here` to `until_here`, among those on its own node. No moment of an address is in two of them, so that a join by it makes no
 * row two.
 * @param which a condition on rows of metadata, the same for all rows of an address as far as their times matter
 */
export function addressHolders(which: string, { greatest }: Dialect): string {
  const window = (by: string) => `(PARTITION BY ${by} ORDER BY valid_from, node, name`;
  const before = (by: string) => `max(valid_to) OVER ${window(by)} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)`;
  const next = (by: string) => `lead(valid_from) OVER ${window(by)})`;
  const bounds = (by: string, suffix: string) =>
    `${greatest}(valid_from - ${SLACK_MS}, coalesce(${before(by)} + ${SLACK_MS + 1}, 0)) AS since${suffix},
  -${greatest}(-valid_to - ${SLACK_MS}, coalesce(${SLACK_MS + 1} - ${next(by)}, -valid_to - ${SLACK_MS})) AS until${suffix}`;
  return `named AS (SELECT address, node, name, ${ATTRIBUTES.map((name) => `max(${name}) AS ${name}`).join(", ")},
  min(valid_from) AS valid_from, max(valid_to) AS valid_to FROM metadata WHERE ${which} GROUP BY address, node, name),
holders AS (SELECT named.*, ${bounds("address", "")},
  ${bounds("address, node", "_here")} FROM named)`;
}

/** For `addressHolders`: those who were there at `sinceMs` or later. */
export function presentSince(sinceMs: string): string {
  return `valid_to >= ${sinceMs} - ${SLACK_MS}`;
}

/** For `addressHolders`: of the addresses that one of whom `condition` is true has ever had. */
export function onceOf(condition: string): string {
  return `address IN (SELECT address FROM metadata WHERE ${condition})`;
}

/** Joins to `t` its one of `holders`, as `h`. */
export const JOIN_HOLDER = `LEFT JOIN holders AS h ON h.address = ${FAR_ADDRESS} AND (
    (t.first_seen BETWEEN h.since AND h.until AND ${LEAVES})
    OR (t.first_seen BETWEEN h.since_here AND h.until_here AND h.node = ${OWN_NODE}))`;
