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
  readonly #services = new Indexed<ClusterService>(({ addresses, externalAddresses, ports }) => [
    ...addresses,
    ...externalAddresses.flatMap((address) => ports.map((one) => portName(address, one.protocol, one.port))),
    ...ports.filter(({ nodePort }) => nodePort > 0).map(({ protocol, nodePort }) => nodePortName(protocol, nodePort)),
  ]);
  readonly #slices = new Indexed<EndpointSlice>(({ namespace, service, endpoints }) => [
    `${namespace}/${service}`,
    ...endpoints.flatMap(({ addresses }) => addresses),
  ]);

  /** As asked for since the slices changed last: there can be thousands behind a service, and as many flows that call it. */
  readonly #behind = new Map<string, readonly Behind[]>();

  /** Takes in what the API server tells of services. */
  takeServices(changes: Changes<ClusterService>): void {
    this.#services.take(changes);
  }

  /** Likewise of who is behind them. */
  takeSlices(changes: Changes<EndpointSlice>): void {
    this.#behind.clear();
    this.#slices.take(changes);
  }

  /** The service that leads on from an address: at any port from a virtual one, else at its own, as others can be at the same address. */
  at(address: string, protocol: number, port: number): CalledService | undefined {
    const [service] = [...this.#services.at(address), ...this.#services.at(portName(address, protocol, port))];
    return service && { service, port: service.ports.find((one) => one.protocol === protocol && one.port === port) };
  }

  /** The service that a port of every machine leads to. */
  atNodePort(protocol: number, nodePort: number): CalledService | undefined {
    const [service] = this.#services.at(nodePortName(protocol, nodePort));
    const isIt = (one: ServicePort) => one.protocol === protocol && one.nodePort === nodePort;
    return service && { service, port: service.ports.find(isIt) };
  }

  /** Those who may answer for a port of a service: the same list until something changes. */
  behind(called: CalledService): readonly Behind[] {
    const { service, port } = called;
    const key = `${service.namespace}/${service.name} ${port?.protocol} ${port?.name}`;
    const known = this.#behind.get(key);
    if (known) return known;
    const found = this.#findBehind(called);
    this.#behind.set(key, found);
    return found;
  }

  #findBehind({ service: { namespace, name }, port }: CalledService): Behind[] {
    return this.#slices.at(`${namespace}/${name}`).flatMap((slice) => {
      const own = slice.ports.find((one) => one.name === port?.name && one.protocol === port.protocol);
      return own ? behindIn(slice, own.port) : [];
    });
  }

  /** The pod that serves at an address and a port of its own: the only one, as pods on a machine's network share its address. */
  podAt(address: string, protocol: number, port: number): PodBehind | undefined {
    const serving = this.#slices
      .at(address)
      .filter(({ ports }) => ports.some((one) => one.protocol === protocol && one.port === port));
    const [only, ...others] = podsAt(address, serving);
    return others.length === 0 ? only : undefined;
  }

  /**
   * Name of the machine that has an address, which is on its own network: what is behind a service says so, or several pods
   * of one machine share it. Undefined: nothing says whose it is.
   */
  nodeAt(address: string): string | undefined {
    const slices = this.#slices.at(address);
    const told = slices.flatMap(({ endpoints }) =>
      endpoints.filter((one) => one.isNode && one.addresses.includes(address)),
    );
    const pods = podsAt(address, slices);
    const nodes = [...told, ...(pods.length > 1 ? pods : [])].map(({ node }) => node);
    const [node, ...others] = new Set(nodes);
    return others.length === 0 && node !== "" ? node : undefined;
  }

  /** Names of the services that a pod with an address is behind, in its namespace. */
  ofPod(namespace: string, pod: string, address: string): string[] {
    const own = this.#slices.at(address).filter((slice) => slice.namespace === namespace && slice.service !== "");
    const names = own.filter(({ endpoints }) => endpoints.some((one) => one.pod === pod)).map(({ service }) => service);
    return [...new Set(names)].sort();
  }
}

function portName(address: string, protocol: number, port: number): string {
  return `${address} ${protocol} ${port}`;
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

/** Pods with an address, each once, though it may be behind several services. */
function podsAt(address: string, slices: readonly EndpointSlice[]): PodBehind[] {
  const pods = slices.flatMap((slice) =>
    slice.endpoints
      .filter(({ pod, addresses }) => pod !== "" && addresses.includes(address))
      .map((one) => podBehind(slice, one)),
  );
  return [...new Map(pods.map((pod) => [`${pod.namespace}/${pod.name}`, pod])).values()];
}

function podBehind({ namespace }: EndpointSlice, { pod: name, node }: SliceEndpoint): PodBehind {
  return { name, namespace, node };
}
