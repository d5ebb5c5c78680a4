import type { Container } from "../../model/container.ts";
import { labelsOf } from "./containers.ts";

/** What Docker reports of a container the moment something happens to it. */
export interface ContainerEvent {
  /** Docker's own word: create, connect (to a network, which is the first step of a start), start, die and others. */
  action: string;
  id: string;
  /** As far as the event names it: no pid, addresses and ports. */
  container?: Container;
}

const ABOUT_CONTAINERS: ReadonlySet<unknown> = new Set(["create", "start", "die", "rename"]);
const ABOUT_NETWORKS: ReadonlySet<unknown> = new Set(["connect", "disconnect"]);

/** One line of Docker's stream of events; nothing where it is about something else, or cannot be understood. */
export function decodeContainerEvent(line: string): ContainerEvent | undefined {
  const { Type, Action, Actor } = parse(line);
  const attributes = Actor?.Attributes ?? {};
  if (Type === "container" && ABOUT_CONTAINERS.has(Action) && isId(Actor?.ID)) {
    return { action: String(Action), id: Actor.ID, container: named(Actor.ID, attributes) };
  }
  if (Type === "network" && ABOUT_NETWORKS.has(Action) && isId(attributes.container)) {
    return { action: String(Action), id: attributes.container };
  }
  return undefined;
}

function named(id: string, { name, image, ...labels }: Record<string, string>): Container {
  return {
    id,
    name: name || id.slice(0, 12),
    image: image ?? "",
    ...labelsOf(labels),
    pid: 0,
    networkMode: "",
    addresses: [],
    publishedPorts: [],
    hostPaths: [],
  };
}

function isId(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}

interface DockerEvent {
  Type?: unknown;
  Action?: unknown;
  Actor?: { ID?: unknown; Attributes?: Record<string, string> };
}

function parse(line: string): DockerEvent {
  try {
    return (JSON.parse(line) ?? {}) as DockerEvent;
  } catch {
    return {};
  }
}
