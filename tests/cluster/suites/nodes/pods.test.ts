import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { Graph } from "../../../../exporters/flow-exporter/outputs/http/answers.ts";
import { eventually } from "../../../integration/lib/eventually.ts";
import { access } from "../../lib/access.ts";
import { agents, ask } from "../../lib/agent.ts";
import { apply } from "../../lib/kubectl.ts";
import { ANSWERED, addressOf, clientSpec, pod, SENT, saidBy, serverSpec } from "../../lib/workload.ts";
import { deployAgents } from "./agents.ts";
import { joined, joinedTransactions, TOLD_SECONDS, times, translations } from "./transactions.ts";

const HOST_PORT = 8081;

describe("pods on two nodes", () => {
  const [one, other] = access().nodes.map(({ name }) => name) as [string, string];
  before(async () => {
    await deployAgents();
    await apply(pod("server", { ...serverSpec(), nodeName: other }));
  });

  it("make one transaction of each connection, with both names and nodes, exact to the byte both ways", async () => {
    await apply(pod("client", { ...clientSpec(await addressOf("server"), 23), nodeName: one }));
    const rows = await joinedTransactions(
      { endpoint: "shop/client" },
      times(23, joined(["shop/client", one], ["shop/server", other])),
    );
    assert.deepEqual(translations(rows), ["none none"]);
  });

  it("make one of a pod's that is gone after a moment", async (context) => {
    await apply(pod("brief", { ...clientSpec(await addressOf("server"), 1), nodeName: one }));
    await joinedTransactions({ endpoint: "shop/brief" }, [joined(["shop/brief", one], ["shop/server", other])]);
    context.diagnostic(`it ran for ${(await saidBy("brief")).milliseconds} ms`);
  });

  it("have their names in a node's own network, too", async () => {
    const inHost = { hostNetwork: true };
    await apply(pod("host-server", { ...serverSpec(HOST_PORT), ...inHost, nodeName: other }));
    const address = await addressOf("host-server");
    assert.equal(address, access().nodes[1]?.address);
    await apply(
      pod("to-host", { ...clientSpec(address, 7, HOST_PORT), nodeName: one }),
      pod("from-host", { ...clientSpec(await addressOf("server"), 11), ...inHost, nodeName: one }),
      pod("between-hosts", { ...clientSpec(address, 5, HOST_PORT), ...inHost, nodeName: one }),
    );
    const hostServer = ["shop/host-server", other] as const;
    await joinedTransactions({ endpoint: "shop/to-host" }, times(7, joined(["shop/to-host", one], hostServer)));
    await joinedTransactions(
      { endpoint: "shop/from-host" },
      times(11, joined(["shop/from-host", one], ["shop/server", other])),
    );
    await joinedTransactions(
      { endpoint: "shop/between-hosts" },
      times(5, joined(["shop/between-hosts", one], hostServer)),
    );
  });

  it("show the same edges of all nodes, whichever is asked", async () => {
    const edge = (source: string, destination: string, port: number, count: number) =>
      `${source}@${one} > ${destination}@${other}:${port} both ${count * SENT}+${count * ANSWERED}`;
    const expected = [
      edge("shop/between-hosts", "shop/host-server", HOST_PORT, 5),
      edge("shop/brief", "shop/server", 8080, 1),
      edge("shop/client", "shop/server", 8080, 23),
      edge("shop/from-host", "shop/server", 8080, 11),
      edge("shop/to-host", "shop/host-server", HOST_PORT, 7),
    ];
    for (const agent of await agents()) {
      await eventually(TOLD_SECONDS, async () => {
        const graph = await ask<Graph>(agent, "/api/graph?nodes=all");
        assert.deepEqual([graph.scope.shown, graph.scope.node, graph.scope.nodes], ["all", agent.node, [one, other]]);
        const clients = expected.map((text) => text.slice(0, text.indexOf("@")));
        assert.deepEqual(
          edgesIn(graph)
            .filter((text) => clients.includes(text.slice(0, text.indexOf("@"))))
            .sort(),
          expected,
        );
      });
    }
  });
});

function edgesIn({ nodes, links }: Graph): string[] {
  const names = new Map(nodes.map(({ id, name }) => [id, name]));
  return links.map(({ source, source_node, destination, destination_node, ...link }) => {
    const ends = `${names.get(source)}@${source_node} > ${names.get(destination)}@${destination_node}`;
    return `${ends}:${link.destination_port} ${link.halves} ${link.sent_bytes}+${link.received_bytes}`;
  });
}
