import { type Container, labelsOf } from "./containers.ts";

const ABOUT_CONTAINERS: ReadonlySet<unknown> = new Set(["create", "start", "die", "rename"]);

/** What Docker tells about a container the moment something happens to it. */
export interface ContainerEvent {
  action: string;
  /** As far as the event names it: no pid, addresses and ports. */
  container: Container;
}

/** One line of Docker's stream of events; nothing where it is about something else, or cannot be understood. */
export function decodeContainerEvent(line: string): ContainerEvent | undefined {
  const { Action, Actor } = parse(line);
  const id = Actor?.ID;
  if (!ABOUT_CONTAINERS.has(Action) || typeof id !== "string" || !/^[0-9a-f]{64}$/.test(id)) return undefined;
  const { name, image, ...labels } = Actor?.Attributes ?? {};
  const container: Container = {
    id,
    name: name || id.slice(0, 12),
    image: image ?? "",
    ...labelsOf(labels),
    pid: 0,
    networkMode: "",
    addresses: [],
    publishedPorts: [],
  };
  return { action: String(Action), container };
}

interface DockerEvent {
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
