import type { FlowDelta } from "./flow-delta.ts";
import type { FlowRecord } from "./flow-record.ts";

/**
 * What wants to know what flows have new. It is called within the reading, and must not throw: one that takes its time, or
 * may fail, stands behind a queue (`outputs/flow-queue.ts`). Milliseconds are of any clock that only goes forward.
 */
export interface FlowSink {
  readonly name: string;
  /** Takes what a part of a reading brought, ahead of its end. */
  add(deltas: readonly FlowDelta[], nowMs: number): void;
  /** Takes the rest of a reading, and ends it. */
  apply(deltas: readonly FlowDelta[], nowMs: number): void;
}

/** Where flows come from. */
export interface FlowSource {
  readonly name: string;
  /** One reading, handed to `sink`. Never throws: what fails shows in the source's health. */
  read(sink: FlowSink): void;
  /** Renews what changes seldom. Never throws. */
  maintain(): void;
  /** The open flows, and the last of those that ended. */
  records(): Iterable<FlowRecord>;
}
