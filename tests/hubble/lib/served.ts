import { freePort } from "./ports.ts";

/** What the exporter's node is called. */
export const NODE = "hubble-test-node";

/** Where an exporter is to serve Hubble's clients, and the variables that say so. */
export async function servedAt(node = NODE): Promise<{ address: string; env: Record<string, string> }> {
  const address = `127.0.0.1:${await freePort()}`;
  return { address, env: { HUBBLE_LISTEN: address, FLOW_NODE: node } };
}
