import { Rig } from "../../integration/exporter/rig.ts";
import { BYTES } from "../../integration/exporter/talk.ts";
import { freePort } from "./ports.ts";

export const PORT = 7420;
export const CONNECTIONS = 3;

/** Two nodes on one kernel, each with a container in a control group of the node's own, by which it is told from the other's. */
export const NODES = ["hubble-test-a", "hubble-test-b"] as const;
export const PROJECTS = ["flowtally-test-shop", "flowtally-test-store"] as const;
export const [CALLER, SERVER] = ["flowtally-test-near", "flowtally-test-far"];

export interface TwoNodes extends AsyncDisposable {
  /** Where each serves Hubble's clients. */
  addresses: readonly [string, string];
  rigs: readonly [Rig, Rig];
  /** Starts an exporter anew that has ended. */
  start(node: 0 | 1): Promise<void>;
  /** Connections of the first node's container to the second's, which stay open. */
  call(): Promise<void>;
}

/** Each of both is told of the other one. */
export async function startNodes(): Promise<TwoNodes> {
  await using made = new AsyncDisposableStack();
  const addresses = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`] as const;
  const rigs = [new Rig("hubble-a"), new Rig("hubble-b")] as const;
  for (const rig of rigs) made.defer(() => rig.remove());
  const envOf = (node: 0 | 1) => ({
    FLOW_NODE: NODES[node],
    FLOW_CGROUP: groupOf(node),
    HUBBLE_LISTEN: addresses[node],
    HUBBLE_PEERS: addresses[1 - node] ?? "",
  });
  const start = (node: 0 | 1) => rigs[node].startExporter({ env: envOf(node) });
  await rigs[0].setUp({ env: envOf(0) });
  await rigs[1].startTracer();
  await start(1);
  const { peers } = rigs[0];
  await peers.container(SERVER, optionsOf(1), "serve", `${PORT}`, ...BYTES);
  let calls = 0;
  const call = async () => {
    calls += 1;
    const words = ["call", await peers.addressOf(SERVER), `${PORT}`, `${CONNECTIONS}`, ...BYTES];
    await peers.container(`${CALLER}-${calls}`, optionsOf(0), ...words);
  };
  const removals = made.move();
  return { addresses, rigs, start, call, [Symbol.asyncDispose]: () => removals.disposeAsync() };
}

/** Its control group, and a Compose project. */
function optionsOf(node: 0 | 1): string[] {
  return [`--cgroup-parent=${groupOf(node)}`, `--label=com.docker.compose.project=${PROJECTS[node]}`];
}

function groupOf(node: 0 | 1): string {
  return `/flowtally-${NODES[node]}`;
}
