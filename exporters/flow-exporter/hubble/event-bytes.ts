import type { HubbleEvent } from "./event.ts";
import { eventFields, eventOf } from "./event-fields.ts";
import { HubbleFault } from "./fault.ts";
import type { Fields } from "./fields.ts";
import { messageType } from "./messages.ts";

const RESPONSE = messageType("observer.GetFlowsResponse");

/** What a frame of GetFlows' stream says. @throws HubbleFault `bad_frame` or `bad_field` */
export function decodeEvent(bytes: Uint8Array): HubbleEvent {
  return eventOf(decodeResponse(bytes));
}

function decodeResponse(bytes: Uint8Array): Fields {
  try {
    return RESPONSE.decode(bytes) as unknown as Fields;
  } catch (error) {
    throw new HubbleFault("bad_frame", error instanceof Error ? error.message : String(error));
  }
}

/** A frame of GetFlows' stream; of an event that is neither flow, loss nor status only where and when it was. */
export function encodeEvent(event: HubbleEvent): Buffer {
  return RESPONSE.encode(eventFields(event)).finish() as Buffer;
}
