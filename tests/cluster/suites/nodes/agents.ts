import { access } from "../../lib/access.ts";
import { deployAgent, NAMESPACE } from "../../lib/agent.ts";
import { apply } from "../../lib/kubectl.ts";
import { knowServiceMonitors } from "../../lib/service-monitors.ts";
import { NAMESPACE as SHOP } from "../../lib/workload.ts";
import { podsGroupOf } from "../../place.ts";

const PROC = "/host/proc";

/**
 * The nodes share a kernel, which shows each agent the sockets of both and the machine's first process: each is told which
 * sockets are its node's, and of a /proc whose first process is.
 */
const SHARED_KERNEL = {
  target: { kind: "DaemonSet", name: "flowtally" },
  patch: JSON.stringify([
    added("containers/1/env/-", { name: "FLOW_CGROUP", value: podsGroupOf({ name: "$(FLOW_NODE)" }) }),
    added("containers/1/env/-", { name: "FLOW_PROC", value: PROC }),
    added("containers/1/volumeMounts/-", { name: "proc", mountPath: PROC, readOnly: true }),
    added("volumes/-", { name: "proc", hostPath: { path: "/proc", type: "Directory" } }),
  ]),
};

function added(where: string, value: unknown): object {
  return { op: "add", path: `/spec/template/spec/${where}`, value };
}

/** An agent on each node, all with one store, and a namespace for what they count. @returns once they are ready */
export async function deployAgents(): Promise<void> {
  const labels = { "pod-security.kubernetes.io/enforce": "privileged" };
  await apply(
    { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE, labels } },
    { apiVersion: "v1", kind: "Namespace", metadata: { name: SHOP } },
  );
  await knowServiceMonitors();
  const metadata = { name: "flow-store", namespace: NAMESPACE };
  await apply({ apiVersion: "v1", kind: "Secret", metadata, stringData: { address: access().store } });
  await deployAgent({ resources: "prometheus-operator", components: ["store"], patches: [SHARED_KERNEL] });
}
