import type { Service } from "../model/service.ts";

/** A swarm's services, arranged for looking up. */
export interface Services {
  byAddress: ReadonlyMap<string, Service>;
  /** By the port of the host that leads to it. */
  byHostPort: ReadonlyMap<number, Called>;
  balancerAddresses: ReadonlySet<string>;
}

/** A service, and the port that its tasks are called at. */
export interface Called {
  service: Service;
  taskPort: number;
}

export function createServices(services: readonly Service[]): Services {
  const published = services.flatMap((service) =>
    service.publishedPorts.map(({ hostPort, taskPort }) => [hostPort, { service, taskPort }] as const),
  );
  return {
    byAddress: new Map(services.map((service) => [service.virtualAddress, service])),
    byHostPort: new Map(published),
    balancerAddresses: new Set(services.flatMap(({ balancerAddresses }) => balancerAddresses)),
  };
}
