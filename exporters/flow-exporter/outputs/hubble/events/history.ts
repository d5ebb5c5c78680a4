import { setImmediate as nextTurn } from "node:timers/promises";
import type { FlowRecord } from "../../../model/flow-record.ts";
import type { HubbleFlow } from "../../../model/hubble-flow.ts";
import { beginningOf, type EventKind, eventOf, hasEnd, type Origin, timeNs } from "./events.ts";

/** How long the cycle and those who ask may wait for a slice. */
const SLICE_MS = 4;
/** Flows between two looks at the clock. */
const FLOWS_PER_LOOK = 50;

interface Candidate {
  flow: FlowRecord;
  kind: EventKind;
  atNs: number;
}

/**
 * The last events of these flows, oldest first, `most` of them; made in slices. `sinceNs`: since when they are watched, which is
 * when those were seen whose start is not known: as of now they would be newer than all that happens.
 */
export async function lastEvents(
  flows: Iterable<FlowRecord>,
  most: number,
  origin: Origin,
  sinceNs: number,
): Promise<HubbleFlow[]> {
  let kept: Candidate[] = [];
  let seen = 0;
  let endMs = performance.now() + SLICE_MS;
  for (const flow of flows) {
    kept.push(...candidatesOf(flow, sinceNs));
    if (kept.length > 2 * most) kept = latest(kept, most);
    seen += 1;
    if (seen % FLOWS_PER_LOOK > 0 || performance.now() < endMs) continue;
    await nextTurn();
    endMs = performance.now() + SLICE_MS;
  }
  return inSlices(latest(kept, most), ({ flow, kind, atNs }) => eventOf(flow, kind, atNs, origin));
}

function candidatesOf(flow: FlowRecord, sinceNs: number): Candidate[] {
  const beginning = beginningOf(flow);
  const kinds = [...(beginning ? [beginning] : []), ...(hasEnd(flow) ? (["ended"] as const) : [])];
  return kinds.map((kind) => ({ flow, kind, atNs: timeNs(flow, kind, sinceNs) }));
}

function latest(candidates: Candidate[], most: number): Candidate[] {
  return candidates.sort((one, other) => one.atNs - other.atNs).slice(-most);
}

async function inSlices<From, To>(all: readonly From[], make: (one: From) => To): Promise<To[]> {
  const made: To[] = [];
  let endMs = performance.now() + SLICE_MS;
  for (const one of all) {
    made.push(make(one));
    if (made.length % FLOWS_PER_LOOK > 0 || performance.now() < endMs) continue;
    await nextTurn();
    endMs = performance.now() + SLICE_MS;
  }
  return made;
}
