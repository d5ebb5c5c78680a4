import path from "node:path";
import { ADDRESSES, type Surroundings } from "../surroundings.ts";
import { ask } from "./ask.ts";
import { startProgram } from "./program.ts";
import { waitOf } from "./waiting.ts";

const ETCD = "http://127.0.0.1:2379";

/** @throws StartError CLUSTER_DIED, CLUSTER_NOT_READY */
export async function startEtcd({ processes, context, state }: Surroundings): Promise<void> {
  const folder = path.join(state, "etcd");
  const listen = [`--listen-client-urls=${ETCD}`, `--advertise-client-urls=${ETCD}`];
  // What is lost with the machine is lost anyway.
  const fast = ["--unsafe-no-fsync=true", "--log-level=warn", "--logger=zap"];
  const peers = ["--listen-peer-urls=http://127.0.0.1:2380"];
  const etcd = processes.start("etcd", ["etcd", `--data-dir=${folder}`, ...listen, ...peers, ...fast]);
  await etcd.ready(waitOf("etcd", 30_000, context.signal), () => ask(processes, `${ETCD}/health`));
}

/** @returns its address. @throws StartError CLUSTER_DIED, CLUSTER_NOT_READY */
export async function startApiServer(around: Surroundings): Promise<string> {
  const { processes, context, credentials } = around;
  const { file } = credentials;
  const { address } = around.node;
  const options = {
    "etcd-servers": ETCD,
    "bind-address": address,
    "advertise-address": address,
    "secure-port": "6443",
    "tls-cert-file": file("apiserver.crt"),
    "tls-private-key-file": file("apiserver.key"),
    "cert-dir": path.join(around.state, "apiserver"),
    "token-auth-file": credentials.tokensFile,
    "client-ca-file": credentials.ca,
    "kubelet-client-certificate": file("kubelet-client.crt"),
    "kubelet-client-key": file("kubelet-client.key"),
    "kubelet-certificate-authority": credentials.ca,
    "kubelet-preferred-address-types": "InternalIP",
    "service-account-key-file": file("service-accounts.key"),
    "service-account-signing-key-file": file("service-accounts.key"),
    "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
    "service-cluster-ip-range": ADDRESSES.services,
    "authorization-mode": "Node,RBAC",
    "enable-admission-plugins": "NodeRestriction",
    "allow-privileged": "true",
    "endpoint-reconciler-type": "lease",
  };
  const server = `https://${address}:6443`;
  const started = startProgram(around, "kube-apiserver", options);
  const probe = () => ask(processes, `${server}/readyz`, credentials);
  await started.ready(waitOf("the API server", 120_000, context.signal), probe);
  return server;
}
