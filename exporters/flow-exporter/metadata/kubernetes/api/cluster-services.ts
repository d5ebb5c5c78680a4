import type { ClusterService, EndpointSlice, ServicePort, SliceEndpoint } from "../../../model/cluster-service.ts";
import { Indexed } from "./indexed.ts";
import type { Changes } from "./messages.ts";

/** A pod behind a service, on any machine. */
export interface PodBehind {
  name: string;
  namespace: string;
  /** Empty: not known. */
  node: string;
}

/** Who answers at an address and a port of its own. */
export interface Behind {
  address: string;
  port: number;
  /** Undefined: it is no pod. */
  pod: PodBehind | undefined;
}

/** A service, and the one of its ports that is called; undefined: it has no such port. */
export interface CalledService {
  service: ClusterService;
  port: ServicePort | undefined;
}

/** The services of a cluster, for looking up, as they change. */
export class ClusterServices {
  readonly #services = new Indexed<ClusterService>(({ addresses, ports }) => [
    ...addresses,
    ...ports.filter(({ nodePort }) => nodePort > 0).map(({ protocol, nodePort }) => nodePortName(protocol, nodePort)),
  ]);
  readonly #slices = new Indexed<EndpointSlice>(({ namespace, service, endpoints }) => [
    `${namespace}/${service}`,
    ...endpoints.flatMap(({ addresses }) => addresses),
  ]);

  /** Takes in what the API server tells of services. */
  takeServices(changes: Changes<ClusterService>): void {
    this.#services.take(changes);
  }

  /** Likewise of who is behind them. */
  takeSlices(changes: Changes<EndpointSlice>): void {
    this.#slices.take(changes);
  }

  /** The service that leads on from an address; several can share one that is not virtual, at ports of their own. */
  at(address: string, protocol: number, port: number): CalledService | undefined {
    const there = this.#services.at(address).map((service) => ({
      service,
      port: service.ports.find((one) => one.protocol === protocol && one.port === port),
    }));
    return there.find((called) => called.port !== undefined) ?? there[0];
  }

  /** The service that a port of every machine leads to. */
  atNodePort(protocol: number, nodePort: number): CalledService | undefined {
    const [service] = this.#services.at(nodePortName(protocol, nodePort));
    const isIt = (one: ServicePort) => one.protocol === protocol && one.nodePort === nodePort;
    return service && { service, port: service.ports.find(isIt) };
  }

  /** Those who may answer for a port of a service. */
  behind({ service: { namespace, name }, port }: CalledService): Behind[] {
    return this.#slices.at(`${namespace}/${name}`).flatMap((slice) => {
      const own = slice.ports.find((one) => one.name === port?.name && one.protocol === port.protocol);
      return own ? behindIn(slice, own.port) : [];
    });
  }

  /** The pod that serves at an address and a port of its own. */
  podAt(address: string, protocol: number, port: number): PodBehind | undefined {
    for (const slice of this.#slices.at(address)) {
      if (!slice.ports.some((one) => one.protocol === protocol && one.port === port)) continue;
      const there = slice.endpoints.find(({ addresses }) => addresses.includes(address));
      if (there && there.pod !== "") return podBehind(slice, there);
    }
    return undefined;
  }

  /** Names of the services that a pod with an address is behind, in its namespace. */
  ofPod(namespace: string, pod: string, address: string): string[] {
    const own = this.#slices.at(address).filter((slice) => slice.namespace === namespace && slice.service !== "");
    const names = own.filter(({ endpoints }) => endpoints.some((one) => one.pod === pod)).map(({ service }) => service);
    return [...new Set(names)].sort();
  }
}

function nodePortName(protocol: number, nodePort: number): string {
  return `port ${protocol} ${nodePort}`;
}

function behindIn(slice: EndpointSlice, port: number): Behind[] {
  return slice.endpoints.flatMap((one) => {
    const pod = one.pod === "" ? undefined : podBehind(slice, one);
    return one.addresses.map((address) => ({ address, port, pod }));
  });
}

function podBehind({ namespace }: EndpointSlice, { pod: name, node }: SliceEndpoint): PodBehind {
  return { name, namespace, node };
}
