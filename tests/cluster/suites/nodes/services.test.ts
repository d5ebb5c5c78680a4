import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { execa } from "execa";
import { access } from "../../lib/access.ts";
import { apply } from "../../lib/kubectl.ts";
import { answering, clientSpec, deployedService, inNamespace, NAMESPACE, pod, saidBy } from "../../lib/workload.ts";
import { NODES } from "../../surroundings.ts";
import { deployAgents } from "./agents.ts";
import { callersPort, type End, joined, joinedTransactions, translations } from "./transactions.ts";

const CONNECTIONS = 40;

describe("a service with a pod behind it on each node", () => {
  let address: string;
  /** By their names, which they answer with. */
  let behind: ReadonlyMap<string, End>;
  before(async () => {
    await deployAgents();
    await apply(...deployedService("web", 2));
    await inNamespace("rollout", "status", "deployment/web", "--timeout=60s");
    const columns = "--output=jsonpath={range .items[*]}{.metadata.name} {.spec.nodeName}{'\\n'}{end}";
    const lines = (await inNamespace("get", "pods", "--selector=app=web", columns)).trim().split("\n");
    behind = new Map(
      lines.map((line) => {
        const [name = "", node = ""] = line.split(" ");
        return [name, [`${NAMESPACE}/${name}`, node]];
      }),
    );
    assert.deepEqual(
      [...behind.values()].map(([, node]) => node).sort(),
      access()
        .nodes.map(({ name }) => name)
        .sort(),
    );
    address = await inNamespace("get", "service", "web", "--output=jsonpath={.spec.clusterIP}");
    await answering(address, 80);
  });

  for (const { name: node, proxyMode } of NODES) {
    it(`joins each call from a node with kube-proxy's ${proxyMode} to the pod that has answered it`, async () => {
      const caller = `caller-${proxyMode}`;
      await apply(pod(caller, { ...clientSpec(address, CONNECTIONS, 80), nodeName: node }));
      const { calls } = await saidBy(caller);
      const answered = Object.entries(calls);
      assert.equal(answered.length, CONNECTIONS);
      const rows = await joinedTransactions(
        { endpoint: `shop/${caller}` },
        answered.map(([, name]) => joined([`shop/${caller}`, node], behind.get(name) ?? ["nobody", ""])),
      );
      assert.deepEqual(
        Object.fromEntries(rows.map((row) => [callersPort(row), row.destination?.name])),
        Object.fromEntries(answered.map(([port, name]) => [port, `${NAMESPACE}/${name}`])),
      );
      // It does not leave the node where the pod is there.
      assert.deepEqual(translations(rows), ["followed none", "local local"]);
    });
  }

  it("is translated by each node in its own way", async () => {
    const rules = { iptables: ["iptables-save", "-t", "nat"], nftables: ["nft", "list", "table", "ip", "kube-proxy"] };
    for (const [index, { holder }] of access().nodes.entries()) {
      const words = rules[NODES[index]?.proxyMode ?? "iptables"];
      const { stdout } = await execa("nsenter", ["--net", `--target=${holder}`, "--", ...words]);
      assert.ok(stdout.includes(address), stdout);
    }
  });
});
