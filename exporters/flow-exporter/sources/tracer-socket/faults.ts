import type { FIELDS } from "./connection.ts";

/** What can be wrong with an answer as a whole. */
export const FAULTS = {
  unreachable: "no tracer can be reached there",
  folder_gone:
    "the socket's folder was deleted, and one that has its name since is not mounted here: start this container anew",
  timeout: "it has not answered in time",
  refused: "it refuses to answer",
  too_long: "its answer is too long, and was cut off",
  truncated: "its answer breaks off",
  extra_brace: "its answer has a closing brace too many",
  no_json: "its answer is no JSON",
  no_list: "its answer has no list of connections",
  told_twice: "it tells of a connection twice in one answer",
  too_many: "it has more connections than there is room for",
} as const;

/** Or with one connection in it: the field that makes no sense. */
export type Fault = keyof typeof FAULTS | `bad_${(typeof FIELDS)[number] | "connection"}`;
