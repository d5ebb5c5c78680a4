import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Context } from "../context.ts";
import { importImages, PAUSE } from "../images.ts";
import { podsGroupOf } from "../place.ts";
import type { ClusterNode, Surroundings } from "../surroundings.ts";
import { ask } from "./ask.ts";
import { type Credentials, writeKubeconfig } from "./certificates.ts";
import { controlGroup } from "./control-group.ts";
import { startProgram } from "./program.ts";
import { waitOf } from "./waiting.ts";

/** In the node's own /run. */
const SOCKET = "/run/containerd/containerd.sock";

/** Starts containerd, and brings it the images. @throws StartError CLUSTER_DIED, CLUSTER_NOT_READY */
export async function startContainerd({ processes, context, wanted, node, state }: Surroundings): Promise<void> {
  const config = path.join(state, "containerd.toml");
  const network = path.join(state, "cni");
  await mkdir(network);
  await writeFile(path.join(network, "10-bridge.conflist"), JSON.stringify(bridgeNetwork(node)));
  await writeFile(config, containerdConfig(path.join(state, "containerd"), wanted.parts.debian.cni, network));
  const containerd = processes.start("containerd", ["containerd", `--config=${config}`]);
  await containerd.ready(waitOf(`containerd of ${node.name}`, 30_000, context.signal), async () => {
    const answer = await processes.run(["ctr", `--address=${SOCKET}`, "version"]);
    if (!answer.ok) throw new Error(answer.stderr);
  });
  await importImages(processes, SOCKET, wanted.archive);
}

/** @throws StartError CLUSTER_DIED, CLUSTER_NOT_READY */
export async function startKubelet(around: Surroundings, server: string): Promise<void> {
  const { processes, context, wanted, credentials, node, state } = around;
  const config = path.join(state, "kubelet.json");
  const own = wanted.nodes > 1 ? { cgroupRoot: await makePodsGroup(context, node) } : {};
  await writeFile(config, JSON.stringify({ ...kubeletConfig(node, credentials), ...own }));
  const kubeconfig = await writeKubeconfig(credentials, node.name, server);
  const options = {
    config,
    kubeconfig,
    "hostname-override": node.name,
    "node-ip": node.address,
    "cert-dir": path.join(state, "kubelet"),
  };
  const kubelet = startProgram(around, "kubelet", options);
  await kubelet.ready(waitOf(node.name, 90_000, context.signal), async () => {
    const text = await ask(processes, `${server}/api/v1/nodes/${node.name}`, credentials);
    const { conditions } = (JSON.parse(text) as NodeObject).status;
    const ready = conditions.find(({ type }) => type === "Ready");
    if (ready?.status !== "True") throw new Error(ready?.message ?? "it has not said anything");
  });
}

/** Where this node's pods are apart from the others'. @returns its path */
async function makePodsGroup({ host }: Context, node: ClusterNode): Promise<string> {
  const name = podsGroupOf(node);
  await (await controlGroup(host, name)).createEverywhere();
  return name;
}

interface NodeObject {
  status: { conditions: { type: string; status: string; message: string }[] };
}

/** Every pod has an address at one bridge. */
function bridgeNetwork({ pods }: ClusterNode): object {
  const addresses = { type: "host-local", ranges: [[{ subnet: pods }]], routes: [{ dst: "0.0.0.0/0" }] };
  const bridge = { type: "bridge", bridge: "cni0", isGateway: true, ipMasq: false, hairpinMode: true, ipam: addresses };
  const published = { type: "portmap", capabilities: { portMappings: true } };
  return { cniVersion: "1.0.0", name: "pods", plugins: [bridge, published] };
}

function containerdConfig(root: string, plugins: string, network: string): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return `version = 2
root = "${root}"
state = "/run/containerd"
[grpc]
  address = "${SOCKET}"
[${cri}]
  sandbox_image = "${PAUSE}"
  # Without CAP_SYS_RESOURCE, as in a virtual machine's sandbox, root may not lower a score.
  restrict_oom_score_adj = true
  [${cri}.cni]
    bin_dir = "${plugins}"
    conf_dir = "${network}"
[plugins."io.containerd.internal.v1.opt"]
  path = "${root}/opt"
`;
}

function kubeletConfig({ name, address }: ClusterNode, { ca, file }: Credentials): object {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address,
    containerRuntimeEndpoint: `unix://${SOCKET}`,
    cgroupDriver: "cgroupfs",
    // Machines with both versions of control groups are still about.
    failCgroupV1: false,
    failSwapOn: false,
    authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: ca } },
    authorization: { mode: "Webhook" },
    tlsCertFile: file(`${name}.crt`),
    tlsPrivateKeyFile: file(`${name}.key`),
    resolvConf: "",
    // A disk that is nearly full is no reason to remove the images or the pods of a test.
    imageGCHighThresholdPercent: 100,
    evictionHard: { "nodefs.available": "1%", "imagefs.available": "1%", "memory.available": "100Mi" },
    volumePluginDir: "/var/lib/kubelet/volume-plugins",
    nodeStatusUpdateFrequency: "2s",
  };
}
