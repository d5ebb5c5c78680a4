import type { ContainerInfo } from "dockerode";
import type { Condition, PublishedPort } from "../../model/container.ts";
import { nameText } from "../../model/name-text.ts";
import { PROTOCOL } from "../../model/socket.ts";

const ANY_ADDRESS: ReadonlySet<string> = new Set(["", "0.0.0.0", "::"]);

/** What only an inspection shows of a container; it holds until an event names the container. */
export interface Inspected {
  /** Of its first process, as the host counts; 0 unknown. */
  pid: number;
  restarts: number;
  /** ISO 8601; empty: not known. */
  startedAt: string;
}

/** One entry of Docker's container list, and what an inspection adds. */
export interface ListedContainer {
  info: ContainerInfo;
  inspected: Inspected;
}

export function nameOf({ Names, Id }: ContainerInfo): string {
  return (Names?.[0] ?? Id.slice(0, 12)).replace(/^\//, "");
}

/** What of the host is mounted in it. */
export function hostPathsOf({ Mounts }: ContainerInfo): string[] {
  return (Mounts ?? []).flatMap(({ Type, Source }) => (Type === "bind" ? [Source] : []));
}

/** The list has a container's health as a part of its status only: `Up 3 hours (healthy)`. */
export function conditionOf({
  info: { State, Status },
  inspected: { pid: _, ...inspected },
}: ListedContainer): Condition {
  const [, health = ""] = /\((?:health: )?(healthy|unhealthy|starting)\)/.exec(Status ?? "") ?? [];
  return { state: State ?? "", health, ...inspected };
}

/** The first that a container has counts: a task of a Swarm is called by its stack and service as one of Compose is. */
const LABELS = {
  composeProject: ["com.docker.compose.project", "com.docker.stack.namespace"],
  composeService: ["com.docker.compose.service", "com.docker.swarm.service.name"],
  pod: ["io.kubernetes.pod.name"],
  namespace: ["io.kubernetes.pod.namespace"],
} as const;

/** Names of the labels that are looked at. */
export const NAMING_LABELS: ReadonlySet<string> = new Set(Object.values(LABELS).flat());

/** Longer than any name of Compose, a Swarm or Kubernetes. */
const MAX_LABEL_CHARS = 253;

/** The labels that name what a container is a part of; an image brings labels of its own, which can be anything. */
export function labelsOf(labels: Record<string, string>) {
  const first = (names: readonly string[]) => nameIn(names.map((name) => labels[name]).find(Boolean) ?? "");
  return {
    composeProject: first(LABELS.composeProject),
    composeService: first(LABELS.composeService),
    pod: first(LABELS.pod),
    namespace: first(LABELS.namespace),
  };
}

function nameIn(label: string): string {
  return nameText(label.slice(0, MAX_LABEL_CHARS));
}

export function addressesOf(info: ContainerInfo): string[] {
  const networks = Object.values(info.NetworkSettings?.Networks ?? {});
  return networks.flatMap((network) => [network.IPAddress, network.GlobalIPv6Address]).filter(Boolean);
}

/** Sorted, since Docker's own order changes from one answer to the next. */
export function publishedPortsOf(info: ContainerInfo): PublishedPort[] {
  const published = (info.Ports ?? [])
    .filter((port) => port.PublicPort > 0)
    .flatMap(({ Type, IP, PublicPort, PrivatePort }) => {
      const protocol = Type === "tcp" || Type === "udp" ? PROTOCOL[Type] : 0;
      const host = ANY_ADDRESS.has(IP ?? "") ? {} : { hostAddress: IP };
      return protocol === 0 ? [] : [{ protocol, ...host, hostPort: PublicPort, containerPort: PrivatePort }];
    });
  return published.sort(byHostPort);
}

function byHostPort(one: PublishedPort, other: PublishedPort): number {
  return one.hostPort - other.hostPort || one.protocol - other.protocol || compare(one.hostAddress, other.hostAddress);
}

function compare(one = "", other = ""): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
