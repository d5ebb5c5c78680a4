import type { RequestHandler } from "express";
import { z } from "zod";
import type { AllNodes, Outlook } from "../nodes/all-nodes.ts";
import type { View } from "../view.ts";
import type * as answers from "./answers.ts";
import { sendBusy } from "./errors.ts";
import type { Gate } from "./gate.ts";
import { LiveGraph, liveEdges } from "./live-graph.ts";
import { OWN_ORIGIN } from "./observed/seen-edges.ts";
import { seenByWords } from "./observed/words.ts";
import { oneOf, readParameters } from "./parameters.ts";
import { LARGE_ROWS, leftOutOf, PATIENCE_MS, RETRY_SECONDS } from "./query.ts";
import { type Seen, scope, seenBy } from "./scope.ts";
import { dagJson } from "./shapes/dag.ts";
import { hubbleJson } from "./shapes/hubble.ts";
import { type Parts, withScope } from "./shapes/parts.ts";
import { storedGraph } from "./stored-graph.ts";
import { cutOffAfter, listed, streamJson } from "./stream.ts";

function querySchema({ origins }: Pick<View, "origins">) {
  return z.strictObject({
    /** 1 shows the monitoring stack's own traffic too. */
    monitoring: oneOf(["0", "1"]).default("0"),
    /** Others' words for the same: Hubble UI's, or a graph of names; left out: our own. */
    format: oneOf(["hubble", "dag"]).optional(),
    ...seenByWords(origins),
    ...scope,
  });
}

type Query = z.infer<ReturnType<typeof querySchema>>;

/** Who talks to whom: endpoints as nodes, edges as links, with the bytes that the counters have. */
export function graph(view: View, gate: Gate, all?: AllNodes): RequestHandler {
  const schema = querySchema(view);
  return async (request, response) => {
    const query = readParameters(schema, request.query);
    const seen = await seenBy(query, view, all);
    const parts = seen.outlook ? storedParts(view, query, seen, seen.outlook) : liveParts(view, query, seen);
    if (parts.count > LARGE_ROWS && !gate.enter(response)) return sendBusy(response, RETRY_SECONDS);
    cutOffAfter(PATIENCE_MS, response);
    await streamJson(response, shaped(parts, query, view));
  };
}

function shaped(parts: Parts, { format }: Query, view: View): Iterable<string> {
  if (format === "hubble") return hubbleJson(parts, startsOf(view));
  return format === "dag" ? dagJson(parts) : graphJson(parts);
}

/** An answers.Graph. */
function* graphJson(parts: Parts): Generator<string> {
  const { nodes, links } = parts;
  const members = function* () {
    yield '"nodes":[';
    yield* listed(nodes, (node) => node);
    yield '],"links":[';
    yield* listed(links(), (link) => link);
    yield "]";
  };
  yield* withScope(parts, members());
}

/** When containers of this node were started. */
function startsOf(view: View): (node: answers.GraphNode) => number | undefined {
  const started = new Map(
    [...view.containers()].map((one) => [one.endpoint, one.container.condition?.startedAt ?? ""]),
  );
  return ({ name, node }) => {
    const ms = node === view.node ? Date.parse(started.get(name) ?? "") : Number.NaN;
    return Number.isFinite(ms) ? ms : undefined;
  };
}

function liveParts(
  view: View,
  { monitoring, origin, verdict }: Query,
  { about, isQualified, isElsewhere }: Seen,
): Parts {
  const shown = isElsewhere ? [] : liveEdges(view, monitoring === "1", { origin, verdict });
  const live = new LiveGraph(view, isQualified);
  const nowMs = view.sinceBootMs();
  const links = function* () {
    for (const edge of shown) yield live.link(edge, nowMs);
  };
  return { scope: about, left_out: leftOutOf(view), nodes: live.nodes(shown), count: shown.length, links };
}

/** The store has what nodes have counted themselves, and nothing of what others have told them. */
function storedParts(view: View, query: Query, { about }: Seen, outlook: Outlook): Parts {
  const { node, monitoring, origin, verdict } = query;
  const isOwn = (origin === undefined || origin === OWN_ORIGIN) && verdict === undefined;
  const { nodes, links } = storedGraph(outlook, view, { node, monitoring: monitoring === "1" });
  const shown = isOwn ? links : [];
  return {
    scope: about,
    left_out: leftOutOf(view),
    nodes: isOwn ? nodes : [],
    count: shown.length,
    links: () => shown,
  };
}
