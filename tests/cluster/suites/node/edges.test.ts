import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { eventually } from "../../../integration/lib/eventually.ts";
import { access } from "../../lib/access.ts";
import { apply, kubectl } from "../../lib/kubectl.ts";
import { deployAgent, exporterAddress } from "./agent.ts";
import { carried, edgesOf } from "./edges.ts";
import { clientSpec, NAMESPACE, PORT, pod, serverSpec } from "./workload.ts";

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
    context.diagnostic(`it ran for ${await kubectl(["logs", "brief", `--namespace=${NAMESPACE}`])} ms`);
  });

  async function seen(source: string, destination: string, port: number, count: number): Promise<void> {
    await eventually(30, async () => {
      const edges = (await edgesOf(exporter)).filter((edge) => edge.source === source);
      assert.deepEqual(edges, [{ source, destination, port: `${port}`, ...carried(count) }]);
    });
  }
});

async function ready(name: string): Promise<void> {
  await kubectl(["wait", `pod/${name}`, `--namespace=${NAMESPACE}`, "--for=condition=Ready", "--timeout=60s"]);
}

async function addressOf(name: string): Promise<string> {
  await ready(name);
  return kubectl(["get", "pod", name, `--namespace=${NAMESPACE}`, "--output=jsonpath={.status.podIP}"]);
}
