/** A service of Kubernetes: whoever calls it reaches one of the endpoints of its slices, on any machine. */
export interface ClusterService {
  name: string;
  namespace: string;
  /** Its virtual ones, which are nobody else's: every machine of the cluster leads from there to it. */
  addresses: string[];
  /** Those of a load balancer, and external ones, at which its ports alone lead to it: they can be a machine's own. */
  externalAddresses: string[];
  ports: ServicePort[];
}

export interface ServicePort {
  /** Distinguishes it from the service's other ports, and is that of the same port of its slices; empty: it is the only one. */
  name: string;
  /** IP protocol number. */
  protocol: number;
  port: number;
  /** Port of every machine that leads to it; 0: none does. */
  nodePort: number;
}

/** Some of those who are behind a service, all at the same ports. */
export interface EndpointSlice {
  namespace: string;
  /** Name of the service; empty: it is of none. */
  service: string;
  /** Port 0: any. */
  ports: { name: string; protocol: number; port: number }[];
  endpoints: SliceEndpoint[];
}

export interface SliceEndpoint {
  addresses: string[];
  /** Name of the pod, which is in the slice's namespace; empty: it is none. */
  pod: string;
  /** Name of the machine it is on, or that it is; empty: not known. */
  node: string;
  /** The addresses are that machine's own, whatever listens there; left out: nobody says so. */
  isNode?: true;
}
