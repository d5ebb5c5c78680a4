import type { IConversionOptions } from "protobufjs";
import type { HubbleEvent } from "./event.ts";
import { decodeEvent, encodeEvent } from "./event-bytes.ts";
import { type Fields, timeOf } from "./fields.ts";
import { flagsOf } from "./flow-fields.ts";
import { timestamp } from "./flow-message.ts";
import { messageType } from "./messages.ts";
import type { FlowFilter, FlowsRequest } from "./requests.ts";

/** A message's bytes, and back. */
export interface Codec<Value> {
  encode(value: Value): Buffer;
  /** @throws Error where the bytes are none of this message's */
  decode(bytes: Uint8Array): Value;
}

/** All lists and numbers are there; an enum is its name, or its number where that has none. */
const WHOLE: IConversionOptions = { defaults: true, longs: Number, enums: String };

/** Of a message whose fields are used as they are; one that is missing is undefined. */
export function codecOf<Value extends object>(name: string): Codec<Value> {
  const type = messageType(name);
  return {
    encode: (value) => type.encode(type.fromObject(withoutGaps(value as Fields))).finish() as Buffer,
    decode: (bytes) => withoutNulls(type.toObject(type.decode(bytes), WHOLE)) as Value,
  };
}

/** Bytes are let through: what many are told is encoded once. */
export const EVENTS: Codec<HubbleEvent | Buffer> = {
  encode: (event) => (Buffer.isBuffer(event) ? event : encodeEvent(event)),
  decode: decodeEvent,
};

const REQUEST = codecOf<Fields>("observer.GetFlowsRequest");

export const FLOWS_REQUESTS: Codec<FlowsRequest> = {
  encode: ({ sinceMs, untilMs, blacklist, whitelist, ...rest }) =>
    REQUEST.encode({
      ...rest,
      blacklist: blacklist.map(filterFields),
      whitelist: whitelist.map(filterFields),
      since: timestamp(sinceMs ?? 0),
      until: timestamp(untilMs ?? 0),
    }),
  decode: (bytes) => {
    const { number, first, follow, blacklist, whitelist, since, until } = REQUEST.decode(bytes);
    return {
      number: number as number,
      first: first as boolean,
      follow: follow as boolean,
      blacklist: (blacklist as Fields[]).map(filterOf),
      whitelist: (whitelist as Fields[]).map(filterOf),
      sinceMs: since === undefined ? undefined : timeOf(since, "since"),
      untilMs: until === undefined ? undefined : timeOf(until, "until"),
    };
  },
};

/** A filter of which each list is empty that is not in `set`. */
export function flowFilter(set: Partial<FlowFilter>): FlowFilter {
  return { ...filterOf(REQUEST_FILTER.decode(new Uint8Array())), ...set };
}

const REQUEST_FILTER = codecOf<Fields>("flow.FlowFilter");

function filterOf(fields: Fields): FlowFilter {
  return { ...fields, tcp_flags: (fields.tcp_flags as Fields[]).map(flagsOf) } as unknown as FlowFilter;
}

function filterFields({ tcp_flags, ...rest }: FlowFilter): Fields {
  return { ...rest, tcp_flags: tcp_flags.map((flags) => Object.fromEntries(flags.map((flag) => [flag, true]))) };
}

function withoutGaps(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function withoutNulls(value: unknown): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withoutNulls(one)]));
}
