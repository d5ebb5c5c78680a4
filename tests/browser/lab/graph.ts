import type { Graph, GraphLink, GraphNode, Observed, Scope } from "../../../exporters/console/api/types.ts";
import { randomFrom } from "./random.ts";

/** What the health checks of these services say; the others have none. */
const HEALTH: Readonly<Record<string, string>> = {
  web: "healthy",
  db: "healthy",
  cart: "unhealthy",
  search: "starting",
};

type Kind = "container" | "process" | "world" | "dns" | "unknown" | "other";

/** The name of the only node, where there are no others. */
export const ONLY_NODE = "lab";

/** What an answer says that is of this node alone, and no store shared. */
export const ALONE: Scope = {
  node: ONLY_NODE,
  shown: "this",
  nodes: [ONLY_NODE],
  reason: null,
  since: null,
  edges_left_out: 0,
};

/** A small shop beside the monitoring stack: what a first look shows. Counters grow with the seconds. */
export function shop(monitoring: boolean, seconds: number): Graph {
  const nodes = [
    ...["web", "api", "cart", "search", "db", "cache"].map((service) =>
      container(`shop-${service}-1`, "shop", service),
    ),
    ...["ingest", "worker", "queue"].map((service) => container(`etl-${service}-1`, "etl", service)),
    container("registry", "", ""),
    endpoint("host/curl", "process"),
    endpoint("host/sshd", "process"),
    endpoint("world", "world"),
    endpoint("docker-dns", "dns"),
    ...(monitoring
      ? ["prometheus", "cadvisor", "flow-exporter"].map((name) => container(name, "flowtally", name))
      : []),
  ];
  const links = [
    link("host/curl", "shop-web-1", 80, 60_000, seconds),
    link("world", "shop-web-1", 443, 2_400_000, seconds),
    link("shop-web-1", "shop-api-1", 8080, 900_000, seconds),
    link("shop-web-1", "shop-search-1", 9200, 150_000, seconds),
    link("shop-api-1", "shop-db-1", 5432, 320_000, seconds, { retransmits: 12, failed: 90 }),
    link("shop-api-1", "shop-cache-1", 6379, 48_000, seconds),
    link("shop-api-1", "shop-cart-1", 7000, 9_000, seconds, { failed: 3100 }),
    link("shop-cart-1", "shop-cache-1", 6379, 2_100, seconds),
    link("etl-ingest-1", "etl-queue-1", 5672, 12_000_000, seconds),
    link("etl-worker-1", "etl-queue-1", 5672, 11_000_000, seconds),
    link("etl-worker-1", "shop-db-1", 5432, 700_000, seconds),
    link("etl-ingest-1", "world", 443, 5_000_000, seconds),
    link("registry", "world", 443, 0, seconds),
    link("world", "host/sshd", 22, 300, seconds),
    link("shop-web-1", "docker-dns", 53, 90, seconds, { protocol: "udp" }),
    link("shop-api-1", "docker-dns", 53, 140, seconds, { protocol: "udp" }),
    ...(monitoring
      ? [
          link("prometheus", "cadvisor", 8080, 21_000, seconds),
          link("prometheus", "flow-exporter", 9436, 16_000, seconds),
        ]
      : []),
  ];
  return { scope: ALONE, left_out: 0, nodes: withBytes(nodes, links), links };
}

/** The shop with a worker whose traffic to the database is well, and whose attempts at another of its ports are not. */
export function deadPort(monitoring: boolean, seconds: number): Graph {
  const { nodes, links, ...rest } = shop(monitoring, seconds);
  const dead = link("etl-worker-1", "shop-db-1", 9999, 0, 0, { connections: 0, opened: 0, closed: 0, failed: 412 });
  return { ...rest, nodes, links: [...links, dead] };
}

/**
 * What others tell of the shop: of edges that are counted here too, of pods on other machines, and of packets that were dropped.
 * One end of a failing edge has been asked for pages, so that both kinds of trouble are on one map.
 */
export function observedShop(monitoring: boolean, seconds: number): Graph {
  const { nodes, links, ...rest } = shop(monitoring, seconds);
  const told = [
    pod("prod/api-7d4b9", "prod"),
    pod("prod/worker-5c8f2", "prod"),
    pod("kube-system/coredns-66bc5", "kube-system"),
  ];
  const both = links.map((one): GraphLink => {
    if (one.destination === "shop-api-1")
      return withOthers(one, [observed(RELAY, 41_200, { http: HTTP, replies: 20_400 })]);
    if (one.destination === "shop-db-1" && one.source === "shop-api-1")
      return withOthers(one, [observed(RELAY, 8_800, { dropped: 120 }), observed(METRICS, 8_650, {})]);
    return one;
  });
  const alone = [
    onlyTold("prod/api-7d4b9", "prod/worker-5c8f2", 9000, [observed(RELAY, 5_300, { http: HTTP })]),
    onlyTold("prod/worker-5c8f2", "shop-db-1", 5432, [observed(RELAY, 240, { dropped: 240 })]),
    onlyTold("prod/api-7d4b9", "kube-system/coredns-66bc5", 53, [observed(RELAY, 910, { dns: DNS })], "udp"),
    onlyTold("prod/api-7d4b9", "world", 0, [observed(METRICS, 77, {})]),
  ];
  const marked = nodes.map((node) => ({ ...node, origins: originsAt(node.id, [...both, ...alone]) }));
  return { ...rest, nodes: withBytes([...marked, ...told], [...both, ...alone]), links: [...both, ...alone] };
}

const RELAY = "hubble:relay:4245";
const METRICS = "hubble-metrics";
const HTTP: Observed["http"] = {
  requests: 10_300,
  responses: 10_240,
  methods: [
    { name: "GET", count: 9_800 },
    { name: "POST", count: 500 },
  ],
  codes: [
    { name: "200", count: 10_100 },
    { name: "503", count: 140 },
  ],
  latency_seconds: 0.0231,
};
const DNS: Observed["dns"] = {
  queries: 460,
  responses: 450,
  rcodes: [
    { name: "No Error", count: 420 },
    { name: "Non-Existent Domain", count: 30 },
  ],
};

function pod(name: string, namespace: string): GraphNode {
  const [, own = ""] = name.split("/");
  return { ...endpoint(name, "container"), node: "", pod: own, namespace, origins: [RELAY] };
}

/** A link that others alone have seen: it has no bytes. */
function onlyTold(source: string, destination: string, port: number, told: Observed[], protocol = "tcp"): GraphLink {
  const nothing = { connections: 0, opened: 0, closed: 0, per_second: null, rtt_seconds: null, protocol };
  const made = {
    ...link(source, destination, port, 0, 0, nothing),
    observed: told,
    origins: told.map(({ origin }) => origin),
  };
  return { ...made, source_node: source.includes("/") ? "" : made.source_node };
}

function withOthers(one: GraphLink, told: Observed[]): GraphLink {
  return { ...one, observed: told, origins: [...one.origins, ...told.map(({ origin }) => origin)] };
}

function originsAt(id: string, links: readonly GraphLink[]): string[] {
  const near = links.filter(({ source, destination }) => source === id || destination === id);
  return [...new Set(near.flatMap(({ origins }) => origins))];
}

interface Told {
  dropped?: number;
  replies?: number;
  http?: Observed["http"];
  dns?: Observed["dns"];
}

function observed(
  origin: string,
  events: number,
  { dropped = 0, replies = 0, http = null, dns = null }: Told,
): Observed {
  const verdicts = [
    { name: "FORWARDED", count: events - dropped },
    { name: "DROPPED", count: dropped },
  ];
  return {
    origin,
    events,
    replies,
    verdicts: verdicts.filter(({ count }) => count > 0),
    drop_reasons: dropped > 0 ? [{ name: "POLICY_DENIED", count: dropped }] : [],
    types: [{ name: http ? "L7/HTTP" : "L3_L4/to-endpoint", count: events }],
    http,
    dns,
    per_second: http ? 6.5 : null,
    seen: "2030-01-31T12:00:00.000Z",
  };
}

const PROJECTS = ["shop", "etl", "chat", "billing", "search", "media", "auth", "metrics", "mail", "wiki", "ci", "iot"];
const SERVICES = ["gateway", "api", "worker", "postgres", "redis", "queue", "scheduler"];
/** Who calls whom in a project, by the services' places above: a gateway, its api, and what stands behind. */
const CALLS = [
  [0, 1, 8080],
  [1, 3, 5432],
  [1, 4, 6379],
  [2, 5, 5672],
  [2, 3, 5432],
  [1, 5, 5672],
  [6, 2, 9000],
] as const;

/** Projects side by side, as on a host that is in use: so many endpoints, and half as many edges again. */
export function estate(endpoints: number, seconds: number): Graph {
  const random = randomFrom(3);
  const nodes = [
    endpoint("world", "world"),
    endpoint("docker-dns", "dns"),
    endpoint("host/~unknown", "unknown"),
    ...["curl", "sshd", "dockerd"].map((name) => endpoint(`host/${name}`, "process")),
    container("registry", "", ""),
  ];
  const links: GraphLink[] = [
    link("host/curl", "registry", 5000, 900, seconds),
    link("host/~unknown", "host/sshd", 22, 40, seconds),
  ];
  const call = (source: GraphNode | undefined, destination: GraphNode | undefined, port: number) => {
    if (source && destination) links.push(link(source.id, destination.id, port, 10 ** (1.6 + random() * 5.5), seconds));
  };
  const gateways: GraphNode[] = [];
  for (let at = 0; nodes.length < endpoints; at++) {
    const round = Math.floor(at / PROJECTS.length);
    const project = `${PROJECTS[at % PROJECTS.length]}${round > 0 ? round + 1 : ""}`;
    const size = Math.min(endpoints - nodes.length, 4 + (at % 4));
    const own = SERVICES.slice(0, size).map((service) => container(`${project}-${service}-1`, project, service));
    nodes.push(...own);
    for (const [from, to, port] of CALLS) call(own[from], own[to], port);
    call(nodes[0], own[0], 443);
    if (at % 3 === 1) call(own[1], nodes[1], 53);
    call(own[1], gateways[Math.floor(random() * gateways.length)], 8080);
    if (own[0]) gateways.push(own[0]);
  }
  links.push(
    link("shop-worker-1", "shop-postgres-1", 9999, 0, 0, { connections: 0, opened: 0, closed: 0, failed: 412 }),
  );
  return { scope: ALONE, left_out: 0, nodes: withBytes(nodes, links), links };
}

/** A crowd: as many edges as the exporter keeps, between 300 containers of 20 projects. */
export function crowd(edges: number, seconds: number): Graph {
  const random = randomFrom(7);
  const count = 300;
  const name = (index: number) => `project${index % 20}-service${index}-1`;
  const nodes = Array.from({ length: count }, (_, at) => container(name(at), `project${at % 20}`, `service${at}`));
  const links = new Map<string, GraphLink>();
  while (links.size < edges) {
    const source = Math.floor(random() * count);
    const near = random() < 0.7 ? (source + 20 * Math.ceil(random() * 6)) % count : Math.floor(random() * count);
    const port = 8000 + Math.floor(random() * 10);
    const made = link(name(source), name(near), port, 10 ** (random() * 7), seconds);
    links.set(`${made.source} ${made.destination} ${port}`, made);
  }
  return { scope: ALONE, left_out: 0, nodes: withBytes(nodes, [...links.values()]), links: [...links.values()] };
}

const WORK: GraphNode["work"] = {
  ...{ cpu_seconds: 75.5, read_bytes: 4_096_000, written_bytes: 81_920_000, resident_bytes: 62_914_560 },
  per_second: { cpu_seconds: 0.031, read_bytes: 0, written_bytes: 12_000 },
};

export function container(id: string, project: string, service: string): GraphNode {
  const image = `registry.example/${service || id}:1.4`;
  return {
    ...endpoint(id, "container"),
    container_id: idOf(id),
    image,
    compose_project: project,
    compose_service: service,
    state: "running",
    health: HEALTH[service] ?? "",
    work: WORK,
    services: service === "queue" ? ["queue"] : [],
    ...(service === "queue" ? { restarts: 7, uptime_seconds: 12 } : { restarts: 0, uptime_seconds: 86_400 }),
  };
}

export function endpoint(id: string, kind: Kind): GraphNode {
  const unnamed = { container_id: "", image: "", compose_project: "", compose_service: "", pod: "", namespace: "" };
  const inCluster = { services: [], pod_owner: "" };
  const unknown = { state: "", health: "", restarts: 0, uptime_seconds: null };
  return {
    id,
    name: id,
    node: nodeOf(id),
    kind,
    ...unnamed,
    ...inCluster,
    ...unknown,
    origins: ["kernel"],
    sent_bytes: 0,
    received_bytes: 0,
    work: null,
  };
}

function nodeOf(id: string): string {
  return id === "world" ? "" : ONLY_NODE;
}

/** Each container its own, of the length they have. */
function idOf(name: string): string {
  return Buffer.from(name.padEnd(32, "~")).toString("hex").slice(0, 64);
}

/** A port scan: what has no edge of its own is one to many ports. */
export function scan(): Graph {
  const nodes = [container("scanner", "", ""), container("scanned", "", "")];
  const ports = [22, 80, 443].map((port) => link("scanner", "scanned", port, 0, 0, { opened: 0, failed: 1 }));
  const many = link("scanner", "scanned", 0, 1, 0, { destination_port: "~many", opened: 0, failed: 2_037 });
  return { scope: ALONE, left_out: 0, nodes: withBytes(nodes, [...ports, many]), links: [...ports, many] };
}

export function link(
  source: string,
  destination: string,
  port: number,
  rate: number,
  seconds: number,
  values: Partial<GraphLink> = {},
): GraphLink {
  const bytes = Math.round(rate * (3600 + seconds));
  const { opened = 40 + port, failed = 0 } = values;
  return {
    source,
    destination,
    source_node: nodeOf(source),
    destination_node: nodeOf(destination),
    destination_port: port,
    protocol: "tcp",
    halves: source === "world" ? "server" : destination === "world" ? "client" : "both",
    sent_bytes: Math.round(bytes * 0.2),
    received_bytes: Math.round(bytes * 0.8),
    connections: 1 + (port % 7),
    opened,
    closed: 39 + port - (port % 7),
    failed,
    retransmits: 0,
    per_second: { sent_bytes: rate * 0.2, received_bytes: rate * 0.8, opened: opened / 3600, failed: failed / 3600 },
    rtt_seconds: 1e-6 * (80 + (port % 900)),
    idle_seconds: 0,
    origins: ["kernel"],
    observed: [],
    ...values,
  };
}

export function withBytes(nodes: readonly GraphNode[], links: readonly GraphLink[]): GraphNode[] {
  return nodes.map((node) => {
    const out = links.filter(({ source }) => source === node.id);
    const back = links.filter(({ destination }) => destination === node.id);
    const sent = sum(out.map((one) => one.sent_bytes)) + sum(back.map((one) => one.received_bytes));
    const received = sum(out.map((one) => one.received_bytes)) + sum(back.map((one) => one.sent_bytes));
    return { ...node, sent_bytes: sent, received_bytes: received };
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
