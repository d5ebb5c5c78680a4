import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { before, describe, it } from "node:test";
import { eventually } from "../../../integration/lib/eventually.ts";
import { access } from "../../lib/access.ts";
import { apply, kubectl } from "../../lib/kubectl.ts";
import { deployAgent, exporterAddress } from "./agent.ts";
import { carried, type Edge, edgesOf } from "./edges.ts";
import { clientSpec, deployedService, NAMESPACE, PORT, pod, serverSpec } from "./workload.ts";

describe("a DaemonSet's exporter", () => {
  let exporter: string;
  before(async () => {
    await deployAgent();
    exporter = await exporterAddress();
    await apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
  });

  it("names bare pods that talk, and counts to the byte", async () => {
    await apply(pod("server", serverSpec()));
    await apply(pod("client", clientSpec(await addressOf("server"), 23)));
    await seen("shop/client", "shop/server", PORT, 23);
  });

  it("names a pod in the node's network, as a server and as a client", async () => {
    const { nodeAddress } = access();
    await apply(pod("host-server", { ...serverSpec(8081), hostNetwork: true }));
    await ready("host-server");
    await apply(pod("to-host", clientSpec(nodeAddress, 7, 8081)));
    await apply(pod("from-host", { ...clientSpec(await addressOf("server"), 11), hostNetwork: true }));
    await seen("shop/to-host", "shop/host-server", 8081, 7);
    await seen("shop/from-host", "shop/server", PORT, 11);
  });

  it("names a pod that is gone after a moment", async (context) => {
    await apply(pod("brief", clientSpec(await addressOf("server"), 1)));
    await seen("shop/brief", "shop/server", PORT, 1);
    context.diagnostic(`it ran for ${await inNamespace("logs", "brief")} ms`);
  });

  it("follows a service's address to the pods behind it", async () => {
    await apply(...deployedService("web", 2));
    await inNamespace("rollout", "status", "deployment/web", "--timeout=60s");
    const address = await inNamespace("get", "service", "web", "--output=jsonpath={.spec.clusterIP}");
    await answering(address, 80);
    await apply(pod("caller", clientSpec(address, 40, 80)));
    const names = (await inNamespace("get", "pods", "--selector=app=web", "--output=name")).split("\n");
    const behind = names.map((name) => `${name.replace("pod/", `${NAMESPACE}/`)}:${PORT}`);
    await eventually(30, async () => {
      const edges = (await edgesOf(exporter)).filter(({ source }) => source === "shop/caller");
      // kube-proxy may know the second pod later than the first is called.
      const called = edges.map(({ destination, port }) => `${destination}:${port}`);
      assert.deepEqual(
        called.filter((one) => !behind.includes(one)),
        [],
      );
      assert.deepEqual(sum(edges), carried(40));
    });
  });

  async function seen(source: string, destination: string, port: number, count: number): Promise<void> {
    await eventually(30, async () => {
      const edges = (await edgesOf(exporter)).filter((edge) => edge.source === source);
      assert.deepEqual(edges, [{ source, destination, port: `${port}`, ...carried(count) }]);
    });
  }
});

/** Until kube-proxy has written its rules a service's address refuses. */
function answering(address: string, port: number): Promise<void> {
  return eventually(30, async () => {
    const socket = connect({ host: address, port, signal: AbortSignal.timeout(2_000) });
    await once(socket, "connect").finally(() => socket.destroy());
  });
}

function inNamespace(...words: readonly string[]): Promise<string> {
  return kubectl([...words, `--namespace=${NAMESPACE}`]);
}

async function ready(name: string): Promise<void> {
  await inNamespace("wait", `pod/${name}`, "--for=condition=Ready", "--timeout=60s");
}

async function addressOf(name: string): Promise<string> {
  await ready(name);
  return inNamespace("get", "pod", name, "--output=jsonpath={.status.podIP}");
}

function sum(edges: readonly Edge[]): ReturnType<typeof carried> {
  const total = (field: "sent" | "received" | "opened" | "closed") => edges.reduce((all, edge) => all + edge[field], 0);
  return { sent: total("sent"), received: total("received"), opened: total("opened"), closed: total("closed") };
}
