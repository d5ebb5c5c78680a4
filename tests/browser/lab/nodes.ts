import type { Flow, Graph, GraphLink, GraphNode, Scope } from "../../../exporters/console/api/types.ts";
import { oneFlow } from "./flows.ts";
import { container, endpoint, link, withBytes } from "./graph.ts";

/** The machines of the laboratory that share a store; the first one answers. */
export const NODES = ["node-a", "node-b", "node-c"] as const;

/** What an answer says that is of all of them. */
export const TOGETHER: Scope = {
  node: NODES[0],
  shown: "all",
  nodes: [...NODES],
  reason: null,
  since: "2030-01-31T11:00:00.000Z",
  edges_left_out: 0,
};

/** What it says while the store is away. */
export const CUT_OFF: Scope = {
  ...TOGETHER,
  shown: "this",
  reason: { code: "STORE_UNREACHABLE", message: "connect ECONNREFUSED 10.0.0.9:5432" },
  since: null,
};

/** Ten containers on each machine, of two projects and one in none. */
const SERVICES = {
  shop: ["gateway", "api", "worker", "postgres", "redis"],
  chat: ["gateway", "api", "redis", "queue"],
} as const;

/** Within each machine, by project and service. */
const CALLS = [
  ["shop-gateway-1", "shop-api-1", 8080, 900_000],
  ["shop-api-1", "shop-postgres-1", 5432, 320_000],
  ["shop-api-1", "shop-redis-1", 6379, 48_000],
  ["shop-worker-1", "shop-postgres-1", 5432, 70_000],
  ["chat-gateway-1", "chat-api-1", 8080, 150_000],
  ["chat-api-1", "chat-redis-1", 6379, 21_000],
  ["chat-api-1", "chat-queue-1", 5672, 11_000],
] as const;

/** From machine to machine. */
const ACROSS = [
  ["shop-gateway-1", 0, "shop-api-1", 1, 8080, 410_000],
  ["shop-gateway-1", 0, "shop-api-1", 2, 8080, 390_000],
  ["shop-worker-1", 2, "chat-queue-1", 0, 5672, 90_000],
  ["chat-api-1", 1, "registry", 2, 5000, 5_200_000],
] as const;

/** Three machines with the same projects on each. `node`: only links with an end there. */
export function threeNodes(seconds: number, node?: string): Graph {
  const all = NODES.flatMap((name) => [
    ...Object.entries(SERVICES).flatMap(([project, services]) =>
      services.map((service) => on(name, container(`${project}-${service}-1`, project, service))),
    ),
    on(name, container("registry", "", "")),
    on(name, endpoint("host/sshd", "process")),
  ]);
  const near = NODES.flatMap((name) => [
    ...CALLS.map(([from, to, port, rate]) => between([from, name], [to, name], port, rate, seconds)),
    between(["world", ""], ["host/sshd", name], 22, 300, seconds),
    between(["registry", name], ["world", ""], 443, 2_000, seconds),
  ]);
  const far = ACROSS.map(([from, at, to, there, port, rate]) =>
    between([from, NODES[at]], [to, NODES[there]], port, rate, seconds),
  );
  const links = [...near, ...far, addressed(seconds)].filter((one) => isAt(one, node));
  const ends = new Set(links.flatMap(({ source, destination }) => [source, destination]));
  const nodes = [...all, on("", endpoint("world", "world"))].filter(({ id }) => ends.has(id));
  return { scope: TOGETHER, left_out: 0, nodes: withBytes(nodes, links), links };
}

/** As the first of them shows it alone: what is on others is the world. */
export function cutOff(seconds: number, node?: string): Graph {
  const { nodes, links } = threeNodes(seconds, NODES[0]);
  const own = links.filter(({ source_node: from, destination_node: to }) =>
    [from, to].every((name) => name === "" || name === NODES[0]),
  );
  const shown = node === undefined || node === NODES[0] ? own : [];
  const ends = new Set(shown.flatMap(({ source, destination }) => [source, destination]));
  return { scope: CUT_OFF, left_out: 0, nodes: nodes.filter(({ id }) => ends.has(id)), links: shown };
}

/** One within a machine, one between two, and one of which only one end is known. */
export function flowsOfNodes(): Flow[] {
  const [a, b] = NODES;
  return [
    oneFlow({
      source: "shop-api-1",
      source_node: a,
      destination: "shop-postgres-1",
      destination_node: a,
      source_port: 1,
    }),
    oneFlow({
      source: "shop-gateway-1",
      source_node: a,
      destination: "shop-api-1",
      destination_node: b,
      source_port: 2,
    }),
    oneFlow({
      source: "registry",
      source_node: b,
      destination: "world",
      destination_node: "",
      halves: "client",
      source_port: 3,
    }),
  ];
}

function isAt({ source_node: from, destination_node: to }: GraphLink, node: string | undefined): boolean {
  return node === undefined || from === node || to === node;
}

/** Its client's node alone has told of it; where it leads is known by the address. */
function addressed(seconds: number): GraphLink {
  const [a, , c] = NODES;
  return { ...between(["chat-gateway-1", a], ["registry", c], 5001, 600_000, seconds), halves: "client" };
}

type End = readonly [name: string, node: string];

function between(from: End, to: End, port: number, rate: number, seconds: number): GraphLink {
  const [source, source_node] = from;
  const [destination, destination_node] = to;
  const ids = { source: idOf(source, source_node), destination: idOf(destination, destination_node) };
  return { ...link(source, destination, port, rate, seconds), ...ids, source_node, destination_node };
}

function on(node: string, one: GraphNode): GraphNode {
  return { ...one, id: idOf(one.name, node), node };
}

function idOf(name: string, node: string): string {
  return node === "" ? name : `${name}@${node}`;
}
