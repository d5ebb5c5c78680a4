import { setImmediate as nextTurn } from "node:timers/promises";
import { FLOWS_REQUESTS } from "../../../hubble/codecs.ts";
import type { FlowsRequest } from "../../../hubble/requests.ts";
import type { HubbleFlow } from "../../../model/hubble-flow.ts";
import { FilterFault, type Test } from "../filters/filter.ts";
import { flowTest } from "../filters/flow-filter.ts";
import { unknownFilterField } from "../filters/unknown-fields.ts";
import type { GrpcCall } from "../grpc/call.ts";
import { GrpcError } from "../grpc/status.ts";
import type { Exporter } from "./exporter.ts";
import { Follower, flowFrame } from "./follower.ts";
import type { Ring } from "./ring.ts";

/** What is written at once. */
const CHUNK_BYTES = 64 * 1024;
/** For a client to read a part of the history: others may want the memory. */
const PATIENCE_MS = 15_000;
/** How long the others may wait for what a filter takes: a client's can be as heavy as it likes. */
const SLICE_MS = 4;

export interface FlowsParts {
  exporter: Exporter;
  ring: Ring;
  followers: Followers;
  node: string;
}

/** Those who follow. */
interface Followers {
  /** @throws GrpcError where there is no room for one more */
  add(follower: Follower): void;
  remove(follower: Follower): void;
  onLost(count: number): void;
}

/** Answers GetFlows: what there is of the past, and what comes. @throws GrpcError */
export async function getFlows(bytes: Buffer, call: GrpcCall, parts: FlowsParts): Promise<void> {
  const request = read(bytes);
  const test = testOf(request);
  if (!request.follow) {
    await tellPast(request, test, call, parts.exporter);
    return;
  }
  const { ring, node, followers } = parts;
  const follower = new Follower({ ring, call, filter: inTime(request, test), node, onLost: followers.onLost });
  // From here on nothing is missed; what is in the history as well is told once.
  followers.add(follower);
  try {
    call.begin();
    const wanted = request.number > 0 || request.sinceMs !== undefined;
    await follower.run(wanted ? await tellPast(request, test, call, parts.exporter) : new Set());
  } finally {
    followers.remove(follower);
  }
}

function read(bytes: Buffer): FlowsRequest {
  const request = decode(bytes);
  if (request.first && request.follow) throw new GrpcError("INVALID_ARGUMENT", "first and follow exclude each other");
  return request;
}

function decode(bytes: Buffer): FlowsRequest {
  let unknown: number | undefined;
  try {
    unknown = unknownFilterField(bytes);
    if (unknown === undefined) return FLOWS_REQUESTS.decode(bytes);
  } catch (error) {
    throw new GrpcError("INVALID_ARGUMENT", `it is no GetFlowsRequest: ${(error as Error).message.slice(0, 200)}`);
  }
  throw new GrpcError("UNIMPLEMENTED", `field ${unknown} of a filter is not known here`);
}

function testOf({ whitelist, blacklist }: FlowsRequest): Test {
  try {
    return flowTest(whitelist, blacklist);
  } catch (error) {
    if (!(error instanceof FilterFault)) throw error;
    throw new GrpcError(error.isUnknownHere ? "UNIMPLEMENTED" : "INVALID_ARGUMENT", error.message);
  }
}

function inTime({ sinceMs = 0, untilMs = Number.POSITIVE_INFINITY }: FlowsRequest, test: Test): Test {
  return (flow) => flow.timeMs >= sinceMs && flow.timeMs <= untilMs && test(flow);
}

/**
 * Those asked for, oldest first: all, the first or the last so many of those that match. With `since` they are the first from
 * there on, as Hubble has it; one who follows gets all from there on.
 */
function select(matching: readonly HubbleFlow[], request: FlowsRequest): readonly HubbleFlow[] {
  const { number, first, follow, sinceMs } = request;
  if (number === 0 || number >= matching.length) return matching;
  if (sinceMs !== undefined && follow) return matching;
  return first || sinceMs !== undefined ? matching.slice(0, number) : matching.slice(-number);
}

/** Made in slices; of one who has gone nobody wants the rest. */
async function matchingOf(history: readonly HubbleFlow[], test: Test, { signal }: GrpcCall): Promise<HubbleFlow[]> {
  const matching: HubbleFlow[] = [];
  let endMs = performance.now() + SLICE_MS;
  for (const flow of history) {
    if (test(flow)) matching.push(flow);
    if (performance.now() < endMs) continue;
    await nextTurn();
    if (signal.aborted) return [];
    endMs = performance.now() + SLICE_MS;
  }
  return matching;
}

/** @returns the names of the events that it has told. @throws GrpcError where too many are slow to read it */
async function tellPast(request: FlowsRequest, test: Test, call: GrpcCall, exporter: Exporter): Promise<Set<string>> {
  const history = await exporter.history();
  const release = exporter.hold(history);
  if (!release) throw new GrpcError("RESOURCE_EXHAUSTED", "too many clients are slow to read the past: ask again");
  try {
    const flows = select(await matchingOf(history, inTime(request, test), call), request);
    await tellHistory(flows, call);
    return new Set(flows.map(({ uuid }) => uuid));
  } finally {
    release();
  }
}

async function tellHistory(flows: readonly HubbleFlow[], call: GrpcCall): Promise<void> {
  let frames: Buffer[] = [];
  let bytes = 0;
  for (const flow of flows) {
    const one = flowFrame(flow);
    frames.push(one);
    bytes += one.length;
    if (bytes < CHUNK_BYTES) continue;
    await call.write(Buffer.concat(frames), PATIENCE_MS);
    if (call.signal.aborted) return;
    frames = [];
    bytes = 0;
  }
  if (frames.length > 0) await call.write(Buffer.concat(frames), PATIENCE_MS);
}
