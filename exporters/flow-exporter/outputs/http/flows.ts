import type { RequestHandler } from "express";
import { StoreError } from "../../store/error.ts";
import type { AllNodes } from "../nodes/all-nodes.ts";
import type { View } from "../view.ts";
import type * as answers from "./answers.ts";
import { sendBusy } from "./errors.ts";
import { flowJson } from "./flow-json.ts";
import type { Gate } from "./gate.ts";
import { type FlowsQuery, flowsSchema, liveFlows } from "./live-flows.ts";
import { OWN_ORIGIN } from "./observed/seen-edges.ts";
import { BadQuery, readParameters } from "./parameters.ts";
import { LARGE_ROWS, leftOutOf, PATIENCE_MS, RETRY_SECONDS } from "./query.ts";
import { reasonOf, type Seen, seenBy } from "./scope.ts";
import { storedFlows } from "./stored-flows.ts";
import { cutOffAfter, listed, streamJson } from "./stream.ts";

interface Found {
  scope: answers.Scope;
  total: number;
  origins: string[];
  flows: Iterable<answers.Flow>;
}

/** The open flows and those that ended of late, one object each. */
export function flows(view: View, gate: Gate, all?: AllNodes): RequestHandler {
  const schema = flowsSchema(view);
  return async (request, response) => {
    const query = readParameters(schema, request.query);
    const { limit, offset } = query;
    const seen = await seenBy(query, view, all);
    if (limit > LARGE_ROWS && !gate.enter(response)) return sendBusy(response, RETRY_SECONDS);
    cutOffAfter(PATIENCE_MS, response);
    const { scope, total, origins, flows } = await foundOf(view, query, seen, all);
    await streamJson(response, pageJson({ scope, total, limit, offset, left_out: leftOutOf(view), origins }, flows));
  };
}

/** An answers.FlowsPage. */
function* pageJson(about: Omit<answers.FlowsPage, "flows">, flows: Iterable<answers.Flow>): Generator<string> {
  yield `${JSON.stringify(about).slice(0, -1)},"flows":[`;
  yield* listed(flows, (flow) => flow);
  yield "]}";
}

/** Where the store fails just then, this node's own. */
async function foundOf(view: View, query: FlowsQuery, seen: Seen, all: AllNodes | undefined): Promise<Found> {
  if (!seen.outlook || !all) return ownFlows(view, query, seen);
  try {
    return { scope: seen.about, ...(await storedFlows(all, view, query)) };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (error.code === "BAD_QUERY") throw new BadQuery(`${error.message}.`);
    const about: answers.Scope = { ...seen.about, shown: "this", reason: reasonOf(error), since: null };
    return ownFlows(view, query, { ...seen, about });
  }
}

const NOTHING = { total: 0, rows: [], origins: [OWN_ORIGIN] };

function ownFlows(view: View, query: FlowsQuery, { about, isElsewhere }: Seen): Found {
  // Asked for once: it is read from a file, and there can be two hundred thousand flows.
  const bootMs = view.bootMs();
  const { total, rows, origins } = isElsewhere ? NOTHING : liveFlows(view, query, bootMs);
  const flows = function* () {
    for (const one of rows) yield flowJson(one, bootMs, view);
  };
  return { scope: about, total, origins: [...origins], flows: flows() };
}
