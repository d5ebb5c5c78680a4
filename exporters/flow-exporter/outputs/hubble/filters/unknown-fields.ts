import protobuf, { type Type } from "protobufjs";
import { messageType } from "../../../hubble/messages.ts";

const REQUEST = messageType("observer.GetFlowsRequest");
const LISTS: ReadonlySet<string> = new Set(["whitelist", "blacklist"]);

/**
 * The number of a field of a filter that is not known here; undefined: there is none. To pass it over, as protobuf does, would
 * tell a newer client more than it has asked for. @throws RangeError where the bytes are no message
 */
export function unknownFilterField(request: Uint8Array): number | undefined {
  const reader = protobuf.Reader.create(request);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const field = REQUEST.fieldsById[tag >>> 3];
    if (!field || !LISTS.has(field.name) || (tag & 7) !== 2) {
      reader.skipType(tag & 7);
      continue;
    }
    const unknown = unknownIn(reader.bytes(), field.resolvedType as Type);
    if (unknown !== undefined) return unknown;
  }
  return undefined;
}

function unknownIn(message: Uint8Array, type: Type): number | undefined {
  const reader = protobuf.Reader.create(message);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (type.fieldsById[tag >>> 3] === undefined) return tag >>> 3;
    reader.skipType(tag & 7);
  }
  return undefined;
}
