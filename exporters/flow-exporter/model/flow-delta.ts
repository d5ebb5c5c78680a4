import type { Edge } from "./edge.ts";

/** Payload bytes, as whoever is asked has sent and received them. */
export interface Amounts {
  sentBytes: number;
  receivedBytes: number;
}

/** One for all that have sent and received nothing: there can be as many as sockets. */
export const NO_AMOUNTS: Readonly<Amounts> = { sentBytes: 0, receivedBytes: 0 };

/** What one reading adds to one edge on behalf of one flow, from the source's side. */
export interface FlowDelta extends Amounts {
  edge: Edge;
  retransmits: number;
  /** 1 where the flow was established, ended after that, or failed to be established; else 0. */
  opened: number;
  closed: number;
  failed: number;
  /** Change in the number of established flows: 1, 0, or -1. */
  established: number;
  /** Whether the flow has ever been established or carried anything, before this delta or in it. */
  works: boolean;
  /** The kernel's smoothed round-trip time; undefined where it is not known, or no bytes came. */
  rttSeconds: number | undefined;
  /** Of a flow that closed. */
  whole: WholeFlow | undefined;
}

/** Size and duration of a flow that has ended. */
export interface WholeFlow {
  /** Payload, both directions. */
  bytes: number;
  /** Undefined where its start is not known. */
  durationSeconds: number | undefined;
}
