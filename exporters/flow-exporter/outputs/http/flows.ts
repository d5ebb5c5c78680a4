import type { RequestHandler } from "express";
import { z } from "zod";
import { hasFailed, openSide } from "../../join/flow.ts";
import { TCP_STATES } from "../../join/side.ts";
import type { View } from "../view.ts";
import { flowJson, type KnownFlow, known, stateName, timesOf } from "./flow-json.ts";
import { moment, page } from "./query.ts";

type Rank = (one: KnownFlow, view: View) => number;

const SORTS = {
  sent_bytes: ({ flow }) => flow.counted.sentBytes,
  received_bytes: ({ flow }) => flow.counted.receivedBytes,
  retransmits: ({ flow }) => flow.counted.retransmits,
  rtt_seconds: ({ side }) => side.rttMicroseconds,
  start: ({ flow }, view) => timesOf(flow, view).startMs ?? 0,
  end: ({ flow }, view) => timesOf(flow, view).endMs ?? Number.POSITIVE_INFINITY,
} satisfies Record<string, Rank>;

const sortKeys = Object.keys(SORTS) as (keyof typeof SORTS)[];

const querySchema = z.strictObject({
  /** Name of either endpoint. */
  container: z.string().min(1).optional(),
  /** The port that serves. */
  port: z.coerce.number().int().min(1).max(65_535).optional(),
  protocol: z.enum(["tcp", "udp"]).optional(),
  /** TCP's, or one of these four. */
  state: z.enum(["open", "closed", "failed", "OPEN", ...TCP_STATES]).optional(),
  /** Open then, or later. */
  since: moment.optional(),
  /** With a minus, the largest first. */
  sort: z.enum([...sortKeys, ...sortKeys.map((key) => `-${key}` as const)]).optional(),
  ...page,
});

type Query = z.infer<typeof querySchema>;

/** The open flows and those that ended of late, one object each. */
export function flows(view: View): RequestHandler {
  return (request, response) => {
    const query = querySchema.parse(request.query);
    const found = sorted([...matching(view, query)], query, view);
    const { limit, offset } = query;
    const flowsJson = found.slice(offset, offset + limit).map((one) => flowJson(one, view));
    response.json({ total: found.length, limit, offset, flows: flowsJson });
  };
}

function* matching(view: View, query: Query): Generator<KnownFlow> {
  for (const flow of view.flows()) {
    const one = known(flow);
    if (one && matchesEdge(one, query) && matchesState(one, query) && matchesTime(one, query, view)) yield one;
  }
}

function matchesEdge({ edge }: KnownFlow, { container, port, protocol }: Query): boolean {
  const atEnd = edge.source.name === container || edge.destination.name === container;
  if (container !== undefined && !atEnd) return false;
  if (protocol !== undefined && edge.protocol !== protocol) return false;
  return port === undefined || edge.destinationPort === port;
}

function matchesState(one: KnownFlow, { state }: Query): boolean {
  if (state === undefined) return true;
  if (state === "failed") return hasFailed(one.flow);
  if (state === "open" || state === "closed") return (openSide(one.flow) !== undefined) === (state === "open");
  return stateName(one) === state;
}

function matchesTime({ flow }: KnownFlow, { since }: Query, view: View): boolean {
  return since === undefined || (timesOf(flow, view).endMs ?? Number.POSITIVE_INFINITY) >= since;
}

function sorted(found: KnownFlow[], { sort }: Query, view: View): KnownFlow[] {
  if (sort === undefined) return found;
  const descending = sort.startsWith("-");
  const rank: Rank = SORTS[sort.replace("-", "") as keyof typeof SORTS];
  const ranked = found.map((one) => ({ one, rank: rank(one, view) }));
  ranked.sort((a, b) => (a.rank === b.rank ? 0 : a.rank < b.rank === descending ? 1 : -1));
  return ranked.map(({ one }) => one);
}
