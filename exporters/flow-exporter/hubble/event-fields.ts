import type { HubbleEvent } from "./event.ts";
import { type Fields, fieldsOf, numberOf, textOf, textsOf, timeOf } from "./fields.ts";
import { flowOf } from "./flow-fields.ts";
import { flowFields, timestamp } from "./flow-message.ts";
import { LOST_SOURCES, NODE_STATES } from "./words.ts";

const MAX_UINT64 = 2 ** 64;

/** An event from JSON or a decoded message. @throws HubbleFault `bad_field` */
export function eventOf(fields: Fields): HubbleEvent {
  const nodeName = textOf(fields.node_name ?? fields.nodeName, "node_name");
  const timeMs = timeOf(fields.time, "time");
  const flow = fieldsOf(fields.flow, "flow");
  if (flow !== undefined) return { kind: "flow", flow: flowOf(flow), nodeName, timeMs };
  const lost = fieldsOf(fields.lost_events ?? fields.lostEvents, "lost_events");
  if (lost !== undefined) {
    const source = LOST_SOURCES.name(lost.source, "lost_events.source");
    const count = numberOf(lost.num_events_lost ?? lost.numEventsLost, "num_events_lost", MAX_UINT64);
    return { kind: "lost", source, count, nodeName, timeMs };
  }
  const status = fieldsOf(fields.node_status ?? fields.nodeStatus, "node_status");
  if (status === undefined) return { kind: "other", nodeName, timeMs };
  const state = NODE_STATES.name(status.state_change ?? status.stateChange, "state_change");
  const nodeNames = textsOf(status.node_names ?? status.nodeNames, "node_names");
  return { kind: "node_status", state, nodeNames, message: textOf(status.message, "message"), nodeName, timeMs };
}

/** An event as the fields of `observer.GetFlowsResponse`. */
export function eventFields(event: HubbleEvent): Fields {
  return { ...contentOf(event), node_name: event.nodeName, time: timestamp(event.timeMs) };
}

function contentOf(event: HubbleEvent): Fields {
  switch (event.kind) {
    case "flow":
      return { flow: flowFields(event.flow) };
    case "lost":
      return { lost_events: { source: LOST_SOURCES.number(event.source), num_events_lost: event.count } };
    case "node_status": {
      const { state, nodeNames, message } = event;
      return { node_status: { state_change: NODE_STATES.number(state), node_names: nodeNames, message } };
    }
    case "other":
      return {};
  }
}
