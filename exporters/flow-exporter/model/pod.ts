/** A pod of Kubernetes on this machine: containers that share an address. */
export interface Pod {
  /** Of this pod alone: one that replaces it under the same name has another. */
  uid: string;
  name: string;
  namespace: string;
  /** Its own; none where it has the machine's. */
  addresses: string[];
  /** Whether it is in the network namespace of the machine. */
  hostNetwork: boolean;
  /** What made it, such as a ReplicaSet or a DaemonSet; undefined: somebody made it by hand. */
  owner?: { kind: string; name: string };
}
