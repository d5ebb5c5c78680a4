import type { Flow, FlowsPage } from "../../../exporters/console/api/types.ts";
import { ALONE, ONLY_NODE } from "./graph.ts";
import { randomFrom } from "./random.ts";

const STATES = ["ESTABLISHED", "ESTABLISHED", "ESTABLISHED", "CLOSE", "SYN_SENT", "CLOSE_WAIT"];
const NAMES = ["shop-web-1", "shop-api-1", "shop-db-1", "shop-cache-1", "etl-worker-1", "etl-queue-1", "host/curl"];
/** The monitoring stack's. */
const OWN = ["prometheus", "cadvisor"];
const BEGAN = Date.UTC(2030, 0, 31, 12);

/** Made-up flows, always the same. */
export function manyFlows(count: number): Flow[] {
  const random = randomFrom(11);
  return Array.from({ length: count }, (_, index) => flow(index, random));
}

const RELAY = "hubble:relay:4245";

/** What Hubble tells: a page that failed, a name that nobody has, and a packet that was dropped. */
export function toldFlows(): Flow[] {
  const http = { code: 503, method: "GET", url: "http://shop-cart-1:7000/items?of=7", protocol: "HTTP/1.1" };
  const dns = {
    query: "nobody.shop.",
    rcode: 3,
    ips: ["10.0.0.9"],
    cnames: ["no.shop."],
    qtypes: ["A"],
    rrtypes: ["A"],
    ttl: 30,
  };
  const nothing = { type: "RESPONSE", latency_seconds: 0.0231, http: null, dns: null };
  return [
    told(1, { l7: { ...nothing, http }, replies: 6, is_reply: true }),
    told(2, { l7: { ...nothing, latency_seconds: null, dns } }),
    told(3, { verdict: "DROPPED", drop_reason: "POLICY_DENIED", is_reply: null }),
  ];
}

function told(index: number, values: Partial<NonNullable<Flow["observed"]>>): Flow {
  const known = {
    verdict: "FORWARDED",
    drop_reason: "",
    node: "node-b",
    is_reply: false,
    events: 12,
    replies: 0,
    l7: null,
  };
  const none = { sent_bytes: 0, received_bytes: 0, rtt_seconds: 0, retransmits: 0, pid: 0, comm: "", work: null };
  const ends = {
    source: "shop-api-1",
    destination: "shop-cart-1",
    source_port: 50_000 + index,
    state: "OPEN",
    end: null,
  };
  return oneFlow({
    ...none,
    ...ends,
    error: null,
    failed: values.verdict === "DROPPED",
    origin: RELAY,
    observed: { ...known, ...values },
  });
}

/** One with values of its own. */
export function oneFlow(values: Partial<Flow>): Flow {
  return { ...flow(0, randomFrom(11)), ...values };
}

/** A page of them as the exporter answers: filtered, sorted, cut out. @throws what it says of a bad query */
export function flowsPage(all: readonly Flow[], query: URLSearchParams): FlowsPage {
  const port = query.get("port");
  if (port !== null && !(Number(port) >= 1 && Number(port) <= 65_535))
    throw new Error(`port must be 1–65535 (given: "${port}").`);
  const protocol = query.get("protocol");
  if (protocol !== null && !["tcp", "udp"].includes(protocol))
    throw new Error(`protocol must be tcp or udp (given: "${protocol}").`);
  const found = all.filter((one) => matches(one, query));
  const sort = query.get("sort") ?? "";
  if (sort !== "") found.sort((a, b) => compare(a, b, sort));
  const origins = [...new Set(["kernel", ...all.map(({ origin }) => origin)])];
  const limit = Number(query.get("limit") ?? 100);
  const offset = Number(query.get("offset") ?? 0);
  return {
    scope: ALONE,
    total: found.length,
    limit,
    offset,
    left_out: 0,
    origins,
    flows: found.slice(offset, offset + limit),
  };
}

function matches(flow: Flow, query: URLSearchParams): boolean {
  const own = [flow.source, flow.destination].some((name) => OWN.includes(name));
  if (own && query.get("monitoring") === "0") return false;
  const texts = [flow.source, flow.destination, flow.source_address, flow.destination_address, flow.comm];
  if (!texts.some((text) => text.toLowerCase().includes(query.get("search")?.toLowerCase() ?? ""))) return false;
  const node = query.get("node");
  if (node !== null && flow.source_node !== node && flow.destination_node !== node) return false;
  const container = query.get("container");
  if (container !== null && flow.source !== container && flow.destination !== container) return false;
  if (query.has("source_port") && flow.source_port !== Number(query.get("source_port"))) return false;
  if (query.has("port") && flow.destination_port !== Number(query.get("port"))) return false;
  if (query.has("protocol") && flow.protocol !== query.get("protocol")) return false;
  if (query.has("origin") && flow.origin !== query.get("origin")) return false;
  if (query.has("verdict") && flow.observed?.verdict !== query.get("verdict")) return false;
  const state = query.get("state");
  if (state === null) return true;
  if (state === "failed") return flow.failed;
  return state === "open" || state === "closed" ? (flow.end === null) === (state === "open") : flow.state === state;
}

function compare(a: Flow, b: Flow, sort: string): number {
  const [first, second] = sort.startsWith("-") ? [b, a] : [a, b];
  const [left, right] = [rankOf(first, sort), rankOf(second, sort)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function rankOf(flow: Flow, sort: string): string | number {
  const key = sort.replace("-", "") as "bytes" | "sent_bytes" | "start";
  return key === "bytes" ? flow.sent_bytes + flow.received_bytes : (flow[key] ?? "");
}

function flow(index: number, random: () => number): Flow {
  const state = STATES[Math.floor(random() * STATES.length)] ?? "CLOSE";
  const source = NAMES[Math.floor(random() * NAMES.length)] ?? "world";
  const destination = NAMES[Math.floor(random() * NAMES.length)] ?? "world";
  const port = [80, 443, 5432, 6379, 53][Math.floor(random() * 5)] ?? 80;
  const ended = state === "CLOSE";
  const failed = ended && random() < 0.1;
  return {
    source,
    destination,
    source_node: ONLY_NODE,
    destination_node: ONLY_NODE,
    halves: "both",
    destination_port: port,
    protocol: port === 53 ? "udp" : "tcp",
    source_address: `172.18.${index >> 8}.${index & 255}`,
    source_port: 32_768 + (index % 28_000),
    destination_address: "172.18.0.9",
    destination_address_port: port,
    sent_bytes: failed ? 0 : Math.round(10 ** (random() * 9)),
    received_bytes: failed ? 0 : Math.round(10 ** (random() * 9)),
    retransmits: random() < 0.05 ? Math.ceil(random() * 20) : 0,
    rtt_seconds: port === 53 ? 0 : 10 ** (-5 + random() * 3),
    state: port === 53 && !ended ? "OPEN" : state,
    failed,
    error: failed ? "ECONNREFUSED" : null,
    start: new Date(BEGAN + index * 311).toISOString(),
    end: ended ? new Date(BEGAN + index * 311 + 5000).toISOString() : null,
    pid: 1000 + (index % 400),
    comm: "node",
    origin: "kernel",
    observed: null,
    work: index % 3 === 0 ? { pid: 1000, comm: "node", before: work(1), during: work(2) } : null,
  };
}

function work(times: number) {
  return {
    cpu_seconds: 0.8 * times,
    read_bytes: 4096 * times,
    written_bytes: 65_536 * times,
    minor_faults: 120 * times,
    major_faults: times - 1,
    resident_bytes: 48_000_000,
  };
}
