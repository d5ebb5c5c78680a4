import { z } from "zod";
import type { FlowRecord } from "../../model/flow-record.ts";
import { TCP_STATES } from "../../model/tcp-state.ts";
import { isMonitoring, NOBODY, ownOf } from "../monitoring.ts";
import type { View } from "../view.ts";
import { timesOf } from "./flow-json.ts";
import { OWN_ORIGIN } from "./observed/seen-edges.ts";
import { seenByWords } from "./observed/words.ts";
import { oneOf, whole } from "./parameters.ts";
import { moment, page } from "./query.ts";
import { scope } from "./scope.ts";

type Rank = (one: FlowRecord, bootMs: number) => number;

const SORTS = {
  bytes: ({ sentBytes, receivedBytes }) => sentBytes + receivedBytes,
  sent_bytes: ({ sentBytes }) => sentBytes,
  received_bytes: ({ receivedBytes }) => receivedBytes,
  retransmits: ({ retransmits }) => retransmits,
  rtt_seconds: ({ rttSeconds }) => rttSeconds,
  start: (flow, bootMs) => timesOf(flow, bootMs).startMs ?? 0,
  end: (flow, bootMs) => timesOf(flow, bootMs).endMs ?? Number.POSITIVE_INFINITY,
} satisfies Record<string, Rank>;

const sortKeys = Object.keys(SORTS) as (keyof typeof SORTS)[];

export function flowsSchema({ origins }: Pick<View, "origins">) {
  return z.strictObject({
    /** Name of either endpoint. */
    container: z.string().min(1, "must be the name of an endpoint").optional(),
    /** A part of the name or address of either endpoint, or of the process. */
    search: z.string().min(1, "must be a part of a name or an address").optional(),
    /** The port that serves. */
    port: whole(1, 65_535).optional(),
    /** The client's port. */
    source_port: whole(1, 65_535).optional(),
    protocol: oneOf(["tcp", "udp"]).optional(),
    /** TCP's, or one of these four. */
    state: oneOf(["open", "closed", "failed", "OPEN", ...TCP_STATES]).optional(),
    ...seenByWords(origins),
    /** 0 leaves the monitoring stack's own flows out. */
    monitoring: oneOf(["0", "1"]).default("1"),
    /** Open then, or later. */
    since: moment.optional(),
    /** With a minus, the largest first. */
    sort: oneOf([...sortKeys, ...sortKeys.map((key) => `-${key}` as const)]).optional(),
    ...scope,
    ...page,
  });
}

export type FlowsQuery = z.infer<ReturnType<typeof flowsSchema>>;

interface Found {
  /** Of all that were found. */
  total: number;
  rows: readonly FlowRecord[];
  /** Who tells of flows, of those that are not asked for too. */
  origins: Iterable<string>;
}

/** The part of this node's flows that is asked for. */
export function liveFlows(view: View, query: FlowsQuery, bootMs: number): Found {
  const origins = new Set([OWN_ORIGIN]);
  const all = function* () {
    for (const one of view.flows()) {
      if (one.observed) origins.add(one.observed.origin);
      yield one;
    }
  };
  return { ...pageOf(matching(all(), view, query, bootMs), query, bootMs), origins };
}

function pageOf(found: Iterable<FlowRecord>, query: FlowsQuery, bootMs: number): Omit<Found, "origins"> {
  const [first, end] = [query.offset, query.offset + query.limit];
  if (query.sort !== undefined) {
    const all = sorted([...found], query.sort, bootMs);
    return { total: all.length, rows: all.slice(first, end) };
  }
  const rows: FlowRecord[] = [];
  let total = 0;
  for (const one of found) {
    if (total >= first && total < end) rows.push(one);
    total += 1;
  }
  return { total, rows };
}

function* matching(flows: Iterable<FlowRecord>, view: View, query: FlowsQuery, bootMs: number): Generator<FlowRecord> {
  const own = query.monitoring === "0" ? ownOf(view) : NOBODY;
  const isFound = searchOf(query);
  for (const one of flows) {
    if (isMonitoring(one.edge, own)) continue;
    if (!isFound(one) || !matchesOthers(one, query)) continue;
    if (matchesEdge(one, query) && matchesState(one, query) && matchesTime(one, query, bootMs)) yield one;
  }
}

/** Whether a flow has the searched text, in any case. Few texts are in many flows, so each is looked at once. */
function searchOf({ search }: FlowsQuery): (flow: FlowRecord) => boolean {
  if (search === undefined) return () => true;
  const wanted = search.toLowerCase();
  const known = new Map<string, boolean>();
  const has = (text: string): boolean => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const found = text.toLowerCase().includes(wanted);
    known.set(text, found);
    return found;
  };
  return ({ edge, sourceAddress, destinationAddress, comm }) =>
    has(edge.source.name) || has(edge.destination.name) || has(sourceAddress) || has(destinationAddress) || has(comm);
}

function matchesEdge(
  { edge, sourcePort }: FlowRecord,
  { container, port, source_port, protocol }: FlowsQuery,
): boolean {
  if (source_port !== undefined && sourcePort !== source_port) return false;
  const atEnd = edge.source.name === container || edge.destination.name === container;
  if (container !== undefined && !atEnd) return false;
  if (protocol !== undefined && edge.protocol !== protocol) return false;
  return port === undefined || edge.destinationPort === port;
}

function matchesOthers({ observed }: FlowRecord, { origin, verdict }: FlowsQuery): boolean {
  if (origin !== undefined && (observed?.origin ?? OWN_ORIGIN) !== origin) return false;
  return verdict === undefined || observed?.verdict === verdict;
}

function matchesState(one: FlowRecord, { state }: FlowsQuery): boolean {
  if (state === undefined) return true;
  if (state === "failed") return one.failed;
  if (state === "open" || state === "closed") return one.open === (state === "open");
  return one.state === state;
}

function matchesTime(flow: FlowRecord, { since }: FlowsQuery, bootMs: number): boolean {
  return since === undefined || (timesOf(flow, bootMs).endMs ?? Number.POSITIVE_INFINITY) >= since;
}

function sorted(found: FlowRecord[], sort: string, bootMs: number): FlowRecord[] {
  const descending = sort.startsWith("-");
  const rank: Rank = SORTS[sort.replace("-", "") as keyof typeof SORTS];
  const ranked = found.map((one) => ({ one, rank: rank(one, bootMs) }));
  ranked.sort((a, b) => (a.rank === b.rank ? byAge(a.one, b.one) : a.rank < b.rank === descending ? 1 : -1));
  return ranked.map(({ one }) => one);
}

/** Flows of the same rank keep their order from answer to answer: the newest first, then by their socket. */
function byAge(a: FlowRecord, b: FlowRecord): number {
  return b.startNs - a.startNs || b.cookie - a.cookie || b.incarnation - a.incarnation;
}
