import path from "node:path";
import type { Context } from "./context.ts";
import type { Access } from "./lib/access.ts";
import { makeCredentials, writeKubeconfig } from "./node/certificates.ts";
import { startApiServer, startEtcd } from "./node/control-plane.ts";
import { startControllerManager, startProxy, startScheduler } from "./node/controllers.ts";
import { startContainerd, startKubelet } from "./node/kubelet.ts";
import { makeNode, makeOutside } from "./node/machines.ts";
import type { Processes } from "./node/processes.ts";
import { startStore } from "./node/store.ts";
import { makePlace, type Place } from "./place.ts";
import { NODES, type Surroundings, type Wanted } from "./surroundings.ts";

export interface Cluster extends AsyncDisposable {
  /** What runs on the machine beside the nodes. */
  outside: Processes;
  access: Access;
}

/**
 * Starts a cluster, in namespaces of its own.
 * @throws StartError CLUSTER_DIED, CLUSTER_NOT_READY, and those of `makePlace`; nothing is left then
 */
export async function startCluster(context: Context, wanted: Wanted): Promise<Cluster> {
  const place = await makePlace(context.host);
  try {
    return { ...(await start(context, wanted, place)), [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() };
  } catch (error) {
    await place[Symbol.asyncDispose]();
    throw error;
  }
}

async function start(context: Context, wanted: Wanted, place: Place) {
  const { programs, debian } = wanted.parts;
  const ground = { context, place, path: debian.path };
  const [first, ...others] = wanted.nodes > 1 ? NODES : ([NODES[0]] as const);
  const all = [first, ...others];
  const outside = await makeOutside(ground, all);
  const credentials = await makeCredentials(context, path.join(place.folder, "credentials"), all);
  const surroundingsOf = async (node: (typeof NODES)[number]): Promise<Surroundings> => {
    const away = all.filter((other) => other !== node);
    return { ...(await makeNode(ground, node, outside, away)), context, wanted, node, credentials };
  };
  const around = await surroundingsOf(first);
  await startEtcd(around);
  const server = await startApiServer(around);
  const store = wanted.store ? await startStore(context, outside) : "";
  const nodes = [around, ...(await Promise.all(others.map(surroundingsOf)))];
  if (wanted.nodes > 0) {
    const starts = nodes.map((one) => startNode(one, server));
    await Promise.all([startControllerManager(around, server), startScheduler(around, server), ...starts]);
  }
  const access: Access = {
    server,
    ca: credentials.ca,
    token: credentials.tokens.admin,
    kubeconfig: await writeKubeconfig(credentials, "admin", server),
    nodes: nodes.map(({ node: { name, address }, holder }) => ({ name, address, holder: holder.pid })),
    store,
    kubectl: programs.kubectl ?? "",
    helm: programs.helm ?? "",
    images: Object.fromEntries(wanted.archive.images.map(({ name, reference }) => [name, reference])),
    logs: place.logs,
  };
  return { outside: outside.processes, access };
}

async function startNode(around: Surroundings, server: string): Promise<void> {
  await startContainerd(around);
  await Promise.all([startKubelet(around, server), startProxy(around, server)]);
}
