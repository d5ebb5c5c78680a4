import { countIn } from "../../model/counts.ts";
import type { HubbleDns, HubbleFlow, HubbleHttp } from "../../model/hubble-flow.ts";
import type { ObservedCounts, ObservedDns, ObservedHttp } from "../../model/observed-edge.ts";
import { rcodeName, typeName } from "./names.ts";

/** Events that are counted as they come; plain, so that a thread can hand them on. */
export interface EventCounts extends ObservedCounts {
  verdicts: Map<string, number>;
  dropReasons: Map<string, number>;
  types: Map<string, number>;
  http: HttpCounts | undefined;
  dns: DnsCounts | undefined;
}

interface HttpCounts extends ObservedHttp {
  methods: Map<string, number>;
  codes: Map<string, number>;
}

interface DnsCounts extends ObservedDns {
  rcodes: Map<string, number>;
}

export function createEventCounts(): EventCounts {
  const none = () => new Map<string, number>();
  const [verdicts, dropReasons, types] = [none(), none(), none()];
  return { flows: 0, replies: 0, verdicts, dropReasons, types, http: undefined, dns: undefined, seenMs: 0 };
}

/** Counts one event more. */
export function countEvent(counts: EventCounts, flow: HubbleFlow, isAnswer: boolean): void {
  const { verdict, dropReason, l7, timeMs } = flow;
  counts.flows += 1;
  if (isAnswer) counts.replies += 1;
  countIn(counts.verdicts, verdict, 1);
  if (dropReason !== "") countIn(counts.dropReasons, dropReason, 1);
  countIn(counts.types, typeName(flow), 1);
  if (l7?.http) {
    counts.http ??= createHttpCounts();
    countHttp(counts.http, l7.http, isAnswer, l7.latencyNs);
  }
  if (l7?.dns) {
    counts.dns ??= { queries: 0, responses: 0, rcodes: new Map() };
    countDns(counts.dns, l7.dns, isAnswer);
  }
  if (timeMs > counts.seenMs) counts.seenMs = timeMs;
}

function createHttpCounts(): HttpCounts {
  return { requests: 0, responses: 0, methods: new Map(), codes: new Map(), latencySeconds: { sum: 0, count: 0 } };
}

function countHttp(counts: HttpCounts, { method, code }: HubbleHttp, isAnswer: boolean, latencyNs: number): void {
  if (!isAnswer) {
    counts.requests += 1;
    countIn(counts.methods, method, 1);
    return;
  }
  counts.responses += 1;
  countIn(counts.codes, String(code), 1);
  if (latencyNs === 0) return;
  counts.latencySeconds.sum += latencyNs / 1e9;
  counts.latencySeconds.count += 1;
}

function countDns(counts: DnsCounts, { rcode }: HubbleDns, isAnswer: boolean): void {
  if (!isAnswer) {
    counts.queries += 1;
    return;
  }
  counts.responses += 1;
  countIn(counts.rcodes, rcodeName(rcode), 1);
}
