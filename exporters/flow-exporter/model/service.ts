/** A Swarm service on one overlay network: who calls its virtual address reaches one of its tasks. */
export interface Service {
  virtualAddress: string;
  /** Of its tasks on this network, those on other machines included. */
  taskAddresses: string[];
  /** Those of the load balancer on this machine, which a task sees in its caller's place. */
  balancerAddresses: string[];
  /** Ports of every machine that lead to it: Swarm's routing mesh. Docker does not say for which protocol. */
  publishedPorts: { hostPort: number; taskPort: number }[];
}
