import type { HubbleFlow } from "../../../model/hubble-flow.ts";
import { FilterFault, type Side, type Test } from "./filter.ts";

export function portTest(values: readonly string[], { port }: Side): Test {
  const wanted = new Set(
    values.map((value) => {
      if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535) throw new FilterFault(`port: ${value} is no port`);
      return Number(value);
    }),
  );
  return (flow) => {
    const has = port(flow);
    return has !== undefined && flow.l4?.protocol.startsWith("ICMP") === false && wanted.has(has);
  };
}

const PROTOCOLS: Readonly<Record<string, Test>> = {
  tcp: ({ l4 }) => l4?.protocol === "TCP",
  udp: ({ l4 }) => l4?.protocol === "UDP",
  sctp: ({ l4 }) => l4?.protocol === "SCTP",
  icmp: ({ l4 }) => l4?.protocol === "ICMPv4" || l4?.protocol === "ICMPv6",
  icmpv4: ({ l4 }) => l4?.protocol === "ICMPv4",
  icmpv6: ({ l4 }) => l4?.protocol === "ICMPv6",
  dns: ({ l7 }) => l7?.dns !== undefined,
  http: ({ l7 }) => l7?.http !== undefined,
  kafka: () => false,
};

export function protocolTest(values: readonly string[]): Test {
  const tests = values.map((value) => {
    const test = Object.hasOwn(PROTOCOLS, value.toLowerCase()) ? PROTOCOLS[value.toLowerCase()] : undefined;
    if (!test) throw new FilterFault(`protocol: ${value} is none of ${Object.keys(PROTOCOLS).join(", ")}`);
    return test;
  });
  return (flow) => tests.some((test) => test(flow));
}

/** All flags of one of the values must be there; others may. */
export function flagsTest(values: readonly (readonly string[])[]): Test {
  return ({ l4 }) =>
    l4?.protocol === "TCP" && l4.flags.length > 0 && values.some((all) => all.every((flag) => l4.flags.includes(flag)));
}

/** Of type 0 each is one. */
export function typeTest(values: readonly { type: number; match_sub_type: boolean; sub_type: number }[]): Test {
  return ({ eventType }) =>
    eventType.type !== 0 &&
    values.some(
      ({ type, match_sub_type, sub_type }) =>
        (type === 0 || type === eventType.type) && (!match_sub_type || sub_type === eventType.subType),
    );
}

/** Where it is not known, as of what was dropped, it counts as none. */
export function replyTest(values: readonly boolean[]): Test {
  return ({ isReply, verdict }: HubbleFlow) =>
    isReply === undefined ? verdict === "DROPPED" && values.includes(false) : values.includes(isReply);
}
