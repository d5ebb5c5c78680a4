/** How tests reach the cluster, as they are told in FLOWTALLY_CLUSTER. */
export interface Access {
  server: string;
  ca: string;
  token: string;
  kubeconfig: string;
  /** With the process that holds the namespaces of each. */
  nodes: readonly { name: string; address: string; holder: number }[];
  /** Address of a database that pods reach; empty: there is none. */
  store: string;
  kubectl: string;
  helm: string;
  /** References of the stack's images in the node, by their names. */
  images: Readonly<Record<string, string>>;
  /** Folder of what the programs print. */
  logs: string;
}

/** How to reach the cluster that this test runs beside. */
export function access(): Access {
  const text = process.env.FLOWTALLY_CLUSTER;
  if (text === undefined) throw new Error("there is no cluster: this is run by `npm run test:cluster`");
  return JSON.parse(text) as Access;
}
