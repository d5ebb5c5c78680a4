import type { Edge } from "./edge.ts";
import type { ObservedFlow } from "./flow-record.ts";
import type { ObservedCounts, ObservedEdge } from "./observed-edge.ts";

/** Who talks to whom, as somebody else says. */
export type ObservedEnds = Pick<ObservedEdge, "origin" | "source" | "destination" | "destinationPort" | "protocol">;

/** What was told of a flow since it was told of last, by the addresses and ports of its ends, the client's first. */
export interface ToldFlow {
  edge: Edge;
  sourceAddress: string;
  sourcePort: number;
  destinationAddress: string;
  destinationAddressPort: number;
  /** Milliseconds since 1970. */
  firstMs: number;
  lastMs: number;
  /** It has begun since, or ended, as TCP says. */
  isNew: boolean;
  isOver: boolean;
  observed: ObservedFlow;
  /** The container that is on this host, the client's before the server's; undefined: none is. */
  local: { name: string; pid: number } | undefined;
}

/** What wants to know what others tell. */
export interface ObservedSink {
  add(ends: ObservedEnds, counts: ObservedCounts): void;
  /** Takes what was told of edges that had no place. */
  addOther(origin: string, protocol: string, counts: ObservedCounts): void;
  addFlow(told: ToldFlow): void;
}
