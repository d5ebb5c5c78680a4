import { NAMING_LABELS } from "../metadata/docker/containers.ts";
import type { Containers, Overlays } from "./docker-schema.ts";

type Listed = Containers[number];
type Labels = Record<string, string>;

/** Of Docker's list, what names flows: labels and commands can hold secrets, and so the rest stays where it is. */
export function neededOfContainer({ info, inspected }: Listed): Listed {
  const { Id, Names, Image, Labels, HostConfig, NetworkSettings, Ports, Mounts, State, Status } = info;
  const networks = Object.entries(NetworkSettings?.Networks ?? {}).map(([name, { IPAddress, GlobalIPv6Address }]) => [
    name,
    { IPAddress, GlobalIPv6Address },
  ]);
  const needed = {
    Id,
    Names,
    Image,
    State,
    Status,
    Labels: namingLabels(Labels ?? {}),
    HostConfig: { NetworkMode: HostConfig?.NetworkMode },
    NetworkSettings: { Networks: Object.fromEntries(networks) },
    Ports: Ports?.map(({ Type, IP, PublicPort, PrivatePort }) => ({ Type, IP, PublicPort, PrivatePort })),
    Mounts: Mounts?.map(({ Type, Source }) => ({ Type, Source })),
  };
  return { info: needed as unknown as Listed["info"], inspected };
}

/** Of a swarm's network, the addresses and ports of its services. */
export function neededOfOverlay({ Containers, Services }: Overlays[number]): Overlays[number] {
  const containers = Object.entries(Containers ?? {}).map(([id, { IPv4Address }]) => [id, { IPv4Address }]);
  const services = Object.entries(Services ?? {}).map(([name, { VIP, Ports, Tasks }]) => [
    name,
    { VIP, Ports, Tasks: Tasks?.map(({ EndpointIP }) => ({ EndpointIP })) },
  ]);
  return { Containers: Object.fromEntries(containers), Services: Object.fromEntries(services) };
}

/** Of a line of Docker's events, whose attributes hold all labels; "{}" where it cannot be understood. */
export function neededOfEvent(line: string): string {
  try {
    const { Type, Action, Actor } = JSON.parse(line);
    const { name, image, container, ...labels } = Actor?.Attributes ?? {};
    const Attributes = { name, image, container, ...namingLabels(labels) };
    return JSON.stringify({ Type, Action, Actor: { ID: Actor?.ID, Attributes } });
  } catch {
    return "{}";
  }
}

function namingLabels(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => NAMING_LABELS.has(name)));
}
