import type { HubbleL7, Verdict } from "../../model/hubble-flow.ts";
import type { ObservedCounts } from "../../model/observed-edge.ts";

/** One end of flows as Hubble knows it; "": it does not. */
export interface ToldEnd {
  address: string;
  namespace: string;
  pod: string;
  /** Of a reserved identity, without the prefix: world, host, remote-node. */
  reserved: string;
  /** A domain name of the address. */
  domain: string;
  /** `namespace/name` of the service that is called. */
  service: string;
  /** Name of the machine that the end is on. */
  node: string;
  /** Other machines have the same addresses and names: it is this end on that machine only. */
  isOnlyThere: boolean;
}

/** Who talks to whom, from the client's side. */
export interface ToldEdge {
  client: ToldEnd;
  server: ToldEnd;
  /** 0: there is none. */
  port: number;
  /** In small letters; "": not told. */
  protocol: string;
}

/** What was told of one edge since the last batch. */
export interface EdgeEvents extends ToldEdge {
  counts: ObservedCounts;
}

/** What was told of one TCP connection, or of UDP between two ports, since the last batch. */
export interface FlowEvents {
  /** Where its edge is in the batch. */
  edge: number;
  clientPort: number;
  /** Milliseconds since 1970. */
  firstMs: number;
  lastMs: number;
  /** It has begun, as TCP says, or ended. */
  isNew: boolean;
  isOver: boolean;
  events: number;
  replies: number;
  verdict: Verdict;
  dropReason: string;
  isReply: boolean | undefined;
  node: string;
  l7: HubbleL7 | undefined;
}

/** What a source was told since its last batch, within bounds. */
export interface Batch {
  edges: readonly EdgeEvents[];
  flows: readonly FlowEvents[];
  /** Of edges that had no place in this batch, by protocol. */
  others: ReadonlyMap<string, ObservedCounts>;
  /** Events that were lost ahead of us, by where. */
  lost: ReadonlyMap<string, number>;
  /** What was wrong, by its name. */
  faults: ReadonlyMap<string, number>;
}

/** What the thread says of one source, by its place in the settings. */
export type Told =
  | { source: number; kind: "batch"; batch: Batch }
  | { source: number; kind: "up" }
  | { source: number; kind: "down"; reason: string };

/** A batch has been taken in: the next one may come. */
export interface Taken {
  source: number;
}
