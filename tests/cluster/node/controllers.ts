import { writeFile } from "node:fs/promises";
import path from "node:path";
import { ADDRESSES, type ClusterNode, type Surroundings } from "../surroundings.ts";
import { ask } from "./ask.ts";
import { writeKubeconfig } from "./certificates.ts";
import { startProgram } from "./program.ts";
import { waitOf } from "./waiting.ts";

/** What makes pods of Deployments and DaemonSets, and service accounts. @throws StartError CLUSTER_DIED, CLUSTER_NOT_READY */
export async function startControllerManager(around: Surroundings, server: string): Promise<void> {
  const { processes, context, credentials } = around;
  const kubeconfig = await writeKubeconfig(credentials, "controllers", server);
  const controllers = startProgram(around, "kube-controller-manager", {
    ...accessBy(kubeconfig),
    "service-account-private-key-file": credentials.file("service-accounts.key"),
    "root-ca-file": credentials.ca,
    "use-service-account-credentials": "true",
    "allocate-node-cidrs": "false",
  });
  // Pods need one.
  const account = `${server}/api/v1/namespaces/default/serviceaccounts/default`;
  const probe = () => ask(processes, account, credentials);
  await controllers.ready(waitOf("the controllers", 60_000, context.signal), probe);
}

/** Gives pods their node. */
export async function startScheduler(around: Surroundings, server: string): Promise<void> {
  const kubeconfig = await writeKubeconfig(around.credentials, "scheduler", server);
  startProgram(around, "kube-scheduler", accessBy(kubeconfig));
}

/** Makes services' addresses lead to pods, by rules in the node's network. @throws StartError CLUSTER_DIED, CLUSTER_NOT_READY */
export async function startProxy(around: Surroundings, server: string): Promise<void> {
  const { processes, context, credentials, node, state } = around;
  const config = path.join(state, "kube-proxy.json");
  await writeFile(config, JSON.stringify(proxyConfig(node, await writeKubeconfig(credentials, "proxy", server))));
  const proxy = startProgram(around, "kube-proxy", { config });
  const probe = () => ask(processes, `http://${HEALTH}/healthz`);
  await proxy.ready(waitOf(`kube-proxy of ${node.name}`, 60_000, context.signal), probe);
}

const HEALTH = "127.0.0.1:10256";

function proxyConfig(node: ClusterNode, kubeconfig: string): object {
  return {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    bindAddress: node.address,
    healthzBindAddress: HEALTH,
    metricsBindAddress: "127.0.0.1:10249",
    clientConnection: { kubeconfig },
    mode: node.proxyMode,
    clusterCIDR: ADDRESSES.pods,
    hostnameOverride: node.name,
    // These are the whole kernel's, not the node's.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
  };
}

/** There is one of each, so none has to lead. */
function accessBy(kubeconfig: string): Record<string, string> {
  const own = { kubeconfig, "authentication-kubeconfig": kubeconfig, "authorization-kubeconfig": kubeconfig };
  return { ...own, "bind-address": "127.0.0.1", "leader-elect": "false" };
}
