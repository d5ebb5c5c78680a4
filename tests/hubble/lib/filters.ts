import { BlockList } from "node:net";
import type { ObservedFlow } from "./hubble.ts";
import { CACHE, DATABASE, PORT, SHOP, STORE, TILL, WEB } from "./shops.ts";

type Is = (flow: ObservedFlow) => boolean;

/** Words of `hubble observe`, and which flows they are to leave of all. */
export interface Filter {
  words: readonly string[];
  is: Is;
  /** Where this host may have no flow that is so. */
  mayBeNone?: boolean;
}

type End = "source" | "destination";
const ENDS = ["source", "destination"] as const;

const some =
  (is: (flow: ObservedFlow, end: End) => boolean): Is =>
  (flow) =>
    ENDS.some((end) => is(flow, end));
const at =
  (end: End, is: (flow: ObservedFlow, end: End) => boolean): Is =>
  (flow) =>
    is(flow, end);
const both =
  (...all: readonly Is[]): Is =>
  (flow) =>
    all.every((is) => is(flow));
const not =
  (is: Is): Is =>
  (flow) =>
    !is(flow);

const namespaceIs = (namespace: string) => (flow: ObservedFlow, end: End) => flow[end]?.namespace === namespace;
const podBegins = (namespace: string, prefix: string) => (flow: ObservedFlow, end: End) =>
  flow[end]?.namespace === namespace && (flow[end]?.pod_name ?? "").startsWith(prefix);
const portOf = (flow: ObservedFlow, end: End) => (flow.l4?.TCP ?? flow.l4?.UDP)?.[`${end}_port`];
const portIs = (port: number) => (flow: ObservedFlow, end: End) => portOf(flow, end) === port;
const addressIs = (address: string) => (flow: ObservedFlow, end: End) => flow.IP[end] === address;
const identityIs = (identity: number) => (flow: ObservedFlow, end: End) => (flow[end]?.identity ?? 0) === identity;
const labelIs = (label: string) => (flow: ObservedFlow, end: End) => flow[end]?.labels?.includes(label) === true;
const workloadIs = (name: string) => (flow: ObservedFlow, end: End) =>
  flow[end]?.workloads?.some((one) => one.name === name) === true;

const serviceIs = (namespace: string, name: string) => (flow: ObservedFlow, end: End) => {
  const service = flow[`${end}_service`];
  return service?.name === name && service.namespace === namespace;
};

function within(prefix: string) {
  const [network = "", bits] = prefix.split("/");
  const family = network.includes(":") ? "ipv6" : "ipv4";
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family);
  return (flow: ObservedFlow, end: End) => {
    const address = flow.IP[end];
    return address.includes(":") === (family === "ipv6") && list.check(address, family);
  };
}

/** What the filters name that is known only once the containers run. */
export interface Known {
  /** Of the till. */
  address: string;
  /** The containers' networks. */
  subnet: string;
  subnet6: string;
  node: string;
}

/** Each filter of the CLI that makes sense of what this host's flows are. */
export function filtersOf({ address, subnet, subnet6, node }: Known): Filter[] {
  const tcp: Is = (flow) => flow.l4?.TCP !== undefined;
  const udp: Is = (flow) => flow.l4?.UDP !== undefined;
  const shopToStore = both(at("source", namespaceIs(SHOP)), at("destination", namespaceIs(STORE)));
  const verdict =
    (name: string): Is =>
    (flow) =>
      flow.verdict === name;
  return [
    { words: ["--pod", `${SHOP}/${WEB}`], is: some(podBegins(SHOP, WEB)) },
    { words: ["--pod", `${SHOP}/${SHOP}-t`], is: some(podBegins(SHOP, `${SHOP}-t`)) },
    { words: ["--pod", WEB], is: some(podBegins(SHOP, WEB)) },
    { words: ["--from-pod", `${SHOP}/${TILL}`], is: at("source", podBegins(SHOP, TILL)) },
    { words: ["--to-pod", `${STORE}/${DATABASE}`], is: at("destination", podBegins(STORE, DATABASE)) },
    {
      words: ["--to-pod", `${STORE}/${DATABASE}`, "--to-pod", `${STORE}/${CACHE}`],
      is: at("destination", namespaceIs(STORE)),
    },
    { words: ["--namespace", STORE], is: some(namespaceIs(STORE)) },
    { words: ["--from-namespace", SHOP, "--to-namespace", STORE], is: shopToStore },
    { words: ["--all-namespaces"], is: some((flow, end) => Boolean(flow[end]?.namespace || flow[end]?.pod_name)) },
    { words: ["--ip", address], is: some(addressIs(address)) },
    { words: ["--from-ip", address], is: at("source", addressIs(address)) },
    { words: ["--to-ip", address], is: at("destination", addressIs(address)) },
    { words: ["--ip", subnet], is: some(within(subnet)) },
    { words: ["--from-ip", subnet6], is: at("source", within(subnet6)) },
    { words: ["-4"], is: (flow) => flow.IP.ipVersion === "IPv4" },
    { words: ["-6"], is: (flow) => flow.IP.ipVersion === "IPv6" },
    { words: ["--port", `${PORT.database}`], is: some(portIs(PORT.database)) },
    { words: ["--to-port", `${PORT.cache}`], is: at("destination", portIs(PORT.cache)) },
    { words: ["--from-port", `${PORT.cache}`], is: at("source", portIs(PORT.cache)), mayBeNone: true },
    { words: ["--protocol", "tcp"], is: tcp },
    { words: ["--protocol", "UDP"], is: udp },
    { words: ["--protocol", "http"], is: () => false, mayBeNone: true },
    { words: ["--verdict", "FORWARDED"], is: verdict("FORWARDED") },
    { words: ["--verdict", "DROPPED"], is: verdict("DROPPED"), mayBeNone: true },
    { words: ["--verdict", "ERROR", "--verdict", "FORWARDED"], is: (flow) => /ERROR|FORWARDED/.test(flow.verdict) },
    { words: ["--type", "trace"], is: (flow) => flow.event_type?.type === 4 },
    {
      words: ["--type", "trace:to-endpoint"],
      is: ({ event_type }) => event_type?.type === 4 && (event_type.sub_type ?? 0) === 0,
      mayBeNone: true,
    },
    { words: ["--type", "l7"], is: (flow) => flow.Type === "L7", mayBeNone: true },
    { words: ["--http-status", "5+"], is: () => false, mayBeNone: true },
    { words: ["--http-method", "GET"], is: () => false, mayBeNone: true },
    { words: ["--tcp-flags", "SYN"], is: (flow) => flow.l4?.TCP?.flags?.SYN === true },
    {
      words: ["--tcp-flags", "SYN,ACK"],
      is: ({ l4 }) => l4?.TCP?.flags?.SYN === true && l4.TCP.flags.ACK === true,
      mayBeNone: true,
    },
    { words: ["--identity", "world"], is: some(identityIs(2)), mayBeNone: true },
    { words: ["--from-identity", "host"], is: at("source", identityIs(1)) },
    {
      words: ["--label", `com.docker.compose.project=${SHOP}`],
      is: some(hasLabel(`com.docker.compose.project=${SHOP}`)),
    },
    {
      words: ["--to-label", "com.docker.compose.service in (cache, database)"],
      is: at("destination", (flow, end) =>
        ["cache", "database"].some((name) => hasLabel(`com.docker.compose.service=${name}`)(flow, end)),
      ),
    },
    { words: ["--label", "reserved:host"], is: some(labelIs("reserved:host")) },
    { words: ["--workload", "web"], is: some(workloadIs("web")) },
    { words: ["--to-workload", "database"], is: at("destination", workloadIs("database")) },
    { words: ["--service", `${SHOP}/web`], is: some(serviceIs(SHOP, "web")) },
    { words: ["--to-service", "data"], is: at("destination", serviceIs(STORE, "database")) },
    { words: ["--node-name", node], is: () => true },
    { words: ["--node-name", `${node.slice(0, 3)}*`], is: () => true },
    { words: ["--node-name", "another"], is: () => false, mayBeNone: true },
    { words: ["--traffic-direction", "egress"], is: (flow) => flow.traffic_direction === "EGRESS" },
    { words: ["--not", "--namespace", STORE], is: not(some(namespaceIs(STORE))) },
    { words: ["--not", "--protocol", "udp", "--namespace", STORE], is: both(not(udp), some(namespaceIs(STORE))) },
    {
      words: ["--namespace", SHOP, "--protocol", "tcp", "--to-port", `${PORT.database}`],
      is: both(some(namespaceIs(SHOP)), tcp, at("destination", portIs(PORT.database))),
    },
    {
      words: ["--allowlist", `{"source_pod":["${SHOP}/"],"reply":[false]}`],
      is: both(at("source", namespaceIs(SHOP)), (flow) => flow.is_reply === false || flow.verdict === "DROPPED"),
    },
  ];
}

/** A label by whatever source. */
function hasLabel(label: string) {
  return (flow: ObservedFlow, end: End) =>
    flow[end]?.labels?.some((one) => one === label || one.endsWith(`:${label}`)) === true;
}
