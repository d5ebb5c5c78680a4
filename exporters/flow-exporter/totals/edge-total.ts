import type { Edge } from "../model/edge.ts";
import type { FlowDelta } from "../model/flow-delta.ts";
import { BUCKETS, createHistogram, type Histogram, observe } from "./histogram.ts";

/** What edges count besides their histograms, from the source's side. */
export interface EdgeCounters {
  sentBytes: number;
  receivedBytes: number;
  retransmits: number;
  opened: number;
  closed: number;
  failed: number;
}

/** What went over one edge since it was first seen. */
export interface EdgeTotal extends EdgeCounters {
  edge: Edge;
  /** Established now. */
  connections: number;
  /** Seconds, smoothed by the kernel: of each flow in each read that brought bytes. */
  rtt: Histogram;
  /** Seconds, of flows that ended and whose start is known. */
  duration: Histogram;
  /** Payload bytes both ways, of flows that ended. */
  size: Histogram;
  lastActiveMs: number;
}

export function createCounters(): EdgeCounters {
  return { sentBytes: 0, receivedBytes: 0, retransmits: 0, opened: 0, closed: 0, failed: 0 };
}

export function createTotal(edge: Edge): EdgeTotal {
  return {
    ...createCounters(),
    edge,
    connections: 0,
    rtt: createHistogram(BUCKETS.rtt),
    duration: createHistogram(BUCKETS.duration),
    size: createHistogram(BUCKETS.size),
    lastActiveMs: 0,
  };
}

/** Whether it ever had a connection; else all that it knows are connects that failed, or that wait for an answer. */
export function hasWorked({ opened, connections, sentBytes, receivedBytes }: EdgeTotal): boolean {
  return opened + connections + sentBytes + receivedBytes > 0;
}

export function addCounters(sum: EdgeCounters, one: EdgeCounters): void {
  sum.sentBytes += one.sentBytes;
  sum.receivedBytes += one.receivedBytes;
  sum.retransmits += one.retransmits;
  sum.opened += one.opened;
  sum.closed += one.closed;
  sum.failed += one.failed;
}

/** Adds what a flow has new. */
export function addDelta(total: EdgeTotal, delta: FlowDelta): void {
  const { rttSeconds, whole } = delta;
  addCounters(total, delta);
  if (rttSeconds !== undefined) observe(total.rtt, BUCKETS.rtt, rttSeconds);
  if (!whole) return;
  if (whole.durationSeconds !== undefined) observe(total.duration, BUCKETS.duration, whole.durationSeconds);
  observe(total.size, BUCKETS.size, whole.bytes);
}
