import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Context } from "./context.ts";
import type { Access } from "./lib/access.ts";
import { makeCredentials, writeKubeconfig } from "./node/certificates.ts";
import { startApiServer, startEtcd } from "./node/control-plane.ts";
import { startControllerManager, startProxy, startScheduler } from "./node/controllers.ts";
import { startContainerd, startKubelet } from "./node/kubelet.ts";
import { createProcesses, type Process, type Processes } from "./node/processes.ts";
import { waitOf } from "./node/waiting.ts";
import { makePlace, type Place } from "./place.ts";
import { ADDRESSES, type Surroundings, type Wanted } from "./surroundings.ts";

export interface Cluster extends AsyncDisposable {
  node: Process;
  processes: Processes;
  access: Access;
}

/**
 * Starts a cluster of one node, in namespaces of its own.
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

async function start(context: Context, wanted: Wanted, { group, folder: state }: Place) {
  const { programs, debian } = wanted.parts;
  const logs = path.join(state, "logs");
  await mkdir(logs, { recursive: true });
  const outside = { host: context.host, signal: context.signal, group, logs, path: debian.path };
  const node = await holdNamespaces(context, createProcesses({ ...outside, enter: [] }), state);
  const enter = ["nsenter", "--net", "--mount", `--target=${node.pid}`, "--"];
  const processes = createProcesses({ ...outside, enter });
  const credentials = await makeCredentials(context, path.join(state, "credentials"), ADDRESSES);
  const around = { context, wanted, processes, credentials, state };
  await startEtcd(around);
  const server = await startApiServer(around);
  if (wanted.node) await startNode(around, server);
  const access: Access = {
    server,
    ca: credentials.ca,
    token: credentials.tokens.admin,
    kubeconfig: await writeKubeconfig(credentials, "admin", server),
    node: ADDRESSES.name,
    nodeAddress: ADDRESSES.address,
    kubectl: programs.kubectl ?? "",
    helm: programs.helm ?? "",
    images: Object.fromEntries(wanted.archive.images.map(({ name, reference }) => [name, reference])),
    logs,
  };
  return { node, processes, access };
}

async function startNode(around: Surroundings, server: string): Promise<void> {
  await startContainerd(around);
  await Promise.all([
    startKubelet(around, server),
    startControllerManager(around, server),
    startScheduler(around, server),
    startProxy(around, server),
  ]);
}

async function holdNamespaces({ signal }: Context, processes: Processes, state: string): Promise<Process> {
  const script = path.join(import.meta.dirname, "node/namespaces.sh");
  const unshare = ["unshare", "--net", "--mount", "--propagation=private"];
  const node = processes.start("namespaces", [...unshare, "sh", script, state, ADDRESSES.address]);
  const log = path.join(state, "logs/namespaces.log");
  await node.ready(waitOf("the node's namespaces", 10_000, signal), async () => {
    if (!(await readFile(log, "utf8")).includes("ready")) throw new Error("they are not made yet");
  });
  return node;
}
