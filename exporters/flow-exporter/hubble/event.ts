import type { HubbleFlow } from "../model/hubble-flow.ts";

/** What an observer's stream, or a line of JSON, says. */
export type HubbleEvent = FlowEvent | LostEvent | NodeStatusEvent | OtherEvent;

interface Observed {
  /** Where it was observed; "": not told. */
  nodeName: string;
  /** When, as milliseconds since 1970 with fractions; 0: not told. */
  timeMs: number;
}

export interface FlowEvent extends Observed {
  kind: "flow";
  flow: HubbleFlow;
}

/** Events were lost on their way to who tells this. */
interface LostEvent extends Observed {
  kind: "lost";
  /** Such as HUBBLE_RING_BUFFER; a number that is not among the public ones is `LOST_EVENT_SOURCE_<number>`. */
  source: string;
  count: number;
}

/** A relay's word on the servers behind it. */
interface NodeStatusEvent extends Observed {
  kind: "node_status";
  /** Such as NODE_CONNECTED. */
  state: string;
  nodeNames: readonly string[];
  message: string;
}

/** Of the agent's own, or for debugging: no flow. */
interface OtherEvent extends Observed {
  kind: "other";
}
