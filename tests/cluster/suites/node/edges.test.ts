import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { eventually } from "../../../integration/lib/eventually.ts";
import { access } from "../../lib/access.ts";
import { type Agent, agents, deployAgent } from "../../lib/agent.ts";
import { apply } from "../../lib/kubectl.ts";
import {
  addressOf,
  answering,
  clientSpec,
  deployedService,
  inNamespace,
  NAMESPACE,
  PORT,
  pod,
  ready,
  saidBy,
  serverSpec,
} from "../../lib/workload.ts";
import { carried, type Edge, edgesOf } from "./edges.ts";

describe("a DaemonSet's exporter", () => {
  let agent: Agent;
  before(async () => {
    await deployAgent();
    [agent] = (await agents()) as [Agent];
    await apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
  });

  it("names bare pods that talk, and counts to the byte", async () => {
    await apply(pod("server", serverSpec()));
    await apply(pod("client", clientSpec(await addressOf("server"), 23)));
    await seen("shop/client", "shop/server", PORT, 23);
  });

  it("names a pod in the node's network, as a server and as a client", async () => {
    const [node] = access().nodes;
    await apply(pod("host-server", { ...serverSpec(8081), hostNetwork: true }));
    await ready("host-server");
    await apply(pod("to-host", clientSpec(node?.address ?? "", 7, 8081)));
    await apply(pod("from-host", { ...clientSpec(await addressOf("server"), 11), hostNetwork: true }));
    await seen("shop/to-host", "shop/host-server", 8081, 7);
    await seen("shop/from-host", "shop/server", PORT, 11);
  });

  it("names a pod that is gone after a moment", async (context) => {
    await apply(pod("brief", clientSpec(await addressOf("server"), 1)));
    await seen("shop/brief", "shop/server", PORT, 1);
    context.diagnostic(`it ran for ${(await saidBy("brief")).milliseconds} ms`);
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
      const edges = (await edgesOf(agent.url)).filter(({ source }) => source === "shop/caller");
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
      const edges = (await edgesOf(agent.url)).filter((edge) => edge.source === source);
      assert.deepEqual(edges, [{ source, destination, port: `${port}`, ...carried(count) }]);
    });
  }
});

function sum(edges: readonly Edge[]): ReturnType<typeof carried> {
  const total = (field: "sent" | "received" | "opened" | "closed") => edges.reduce((all, edge) => all + edge[field], 0);
  return { sent: total("sent"), received: total("received"), opened: total("opened"), closed: total("closed") };
}
