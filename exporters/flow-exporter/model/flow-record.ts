import type { Edge } from "./edge.ts";
import type { Amounts } from "./flow-delta.ts";
import type { HubbleL7, Verdict } from "./hubble-flow.ts";
import type { FlowWork } from "./work.ts";

/** One flow as anyone may be shown it, from the client's side whichever of its sockets is seen. Times are nanoseconds since boot. */
export interface FlowRecord extends Amounts {
  edge: Edge;
  sourceAddress: string;
  sourcePort: number;
  destinationAddress: string;
  /** The port at that address, which is not the edge's where the port is published, or Docker's resolver answers. */
  destinationAddressPort: number;
  retransmits: number;
  rttSeconds: number;
  /** TCP's state in the kernel's words; UDP has none, and is OPEN until it is idle. */
  state: string;
  open: boolean;
  /** The connect was refused, timed out or was abandoned. */
  failed: boolean;
  /** The errno it ended with; 0: none. */
  errno: number;
  /** 0: older than the tracer. */
  startNs: number;
  /** 0: it is open. */
  endNs: number;
  /** The process at the socket that is seen. */
  pid: number;
  comm: string;
  /** Which of its sockets are on this host; of one that others tell of, both: they see either end. */
  seen: "client" | "server" | "both";
  /** Inode of the network namespace of the socket that is seen, as `pid` is of its process. */
  netns: number;
  /** Of that socket: unique until reboot. */
  cookie: number;
  /** Distinguishes the flows that one socket has had after its first, which is 0; all have its cookie. */
  incarnation: number;
  /** Of the client's process, or the server's where that is not seen; undefined where neither was read in time. */
  work: FlowWork | undefined;
  /** Of one that somebody else has told of: there are no bytes then, and nothing of it is in the totals. Left out: it was counted here. */
  observed?: ObservedFlow;
}

/** What somebody else who watches, such as Hubble, says of a flow. */
export interface ObservedFlow {
  /** Who says so, as of an `ObservedEdge`. */
  origin: string;
  /** Of the last event that has one. */
  verdict: Verdict;
  /** Such as POLICY_DENIED; "": it was not dropped. */
  dropReason: string;
  /** Where the last event was observed; "": not told. */
  node: string;
  /** Whether the last event was an answer; undefined: nobody knows. */
  isReply: boolean | undefined;
  /** Events of either direction; of them answers. */
  events: number;
  replies: number;
  /** The last request or answer that was told; undefined: none was. */
  l7: HubbleL7 | undefined;
}
