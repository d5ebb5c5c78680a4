import type { Side } from "../../model/transaction.ts";

/** How a value that is there and one that is written become one. */
type Merge =
  /** The larger one: a counter only goes up, and a flag only goes on. */
  | "larger"
  /** The new one, unless it is empty: a name may come late, and does not go. */
  | "known"
  /** The one of the half that has counted more: it is the later one, whichever comes first. */
  | "later"
  /** It tells one half from another, so that both are the same. */
  | "same";

export interface Column {
  name: string;
  type: "text" | "bigint" | "double precision";
  merge: Merge;
}

/** What is read of an owner; `source_` or `destination_` stands before it, in metadata nothing. */
export const OWNER_COLUMNS = ["name", "kind", "container_id", "image", "namespace", "pod", "service"] as const;

const OWNER_PREFIX: Readonly<Record<Side, string>> = { client: "source", server: "destination" };

/** What both halves have in common. */
export const TUPLE_COLUMNS: readonly Column[] = [
  column("source_address", "text", "same"),
  column("source_port", "bigint", "same"),
  column("destination_address", "text", "same"),
  column("destination_port", "bigint", "same"),
];

/** What one half brings. The list is in the order in which `halfValues` gives their values. */
export function halfColumns(side: Side): readonly Column[] {
  return [
    column(`${side}_node`, "text", "same"),
    column(`${side}_boot`, "text", "same"),
    column(`${side}_start_ns`, "bigint", "same"),
    column(`${side}_started_ms`, "bigint", "larger"),
    column(`${side}_ended_ms`, "bigint", "larger"),
    column(`${side}_sent_bytes`, "bigint", "larger"),
    column(`${side}_received_bytes`, "bigint", "larger"),
    column(`${side}_retransmits`, "bigint", "larger"),
    column(`${side}_rtt_seconds`, "double precision", "later"),
    column(`${side}_state`, "text", "later"),
    column(`${side}_opened`, "bigint", "larger"),
    column(`${side}_failed`, "bigint", "larger"),
    column(`${side}_errno`, "bigint", "larger"),
    column(`${side}_nat`, "text", "known"),
    column(`${side}_socket_key`, "text", "known"),
    ...OWNER_COLUMNS.map((name) => column(`${OWNER_PREFIX[side]}_${name}`, "text", "known")),
  ];
}

function column(name: string, type: Column["type"], merge: Merge): Column {
  return { name, type, merge };
}
