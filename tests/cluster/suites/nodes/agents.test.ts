import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { Health } from "../../../../exporters/flow-exporter/outputs/http/answers.ts";
import { eventually } from "../../../integration/lib/eventually.ts";
import { access } from "../../lib/access.ts";
import { type Agent, agents, ask, NAMESPACE } from "../../lib/agent.ts";
import { kubectl } from "../../lib/kubectl.ts";
import { deployAgents } from "./agents.ts";

const SOURCES = ["flow-tracer", "closed-flows", "cgroups", "udp", "store", "conntrack"];
const KUBERNETES = ["kubelet", "kubernetes-services", "kubernetes-endpointslices"];

describe("the agents of two nodes", () => {
  let all: readonly Agent[];
  before(async () => {
    await deployAgents();
    all = await agents();
  });

  it("are one on each, and read its kubelet, the API server, its table of connections and the store", async () => {
    assert.deepEqual(
      all.map(({ node }) => node),
      access().nodes.map(({ name }) => name),
    );
    for (const agent of all) {
      await eventually(30, async () => {
        const { sources } = await ask<Health>(agent, "/healthz");
        for (const name of [...SOURCES, ...KUBERNETES]) assert.deepEqual(sources[name], { up: true, reason: "" }, name);
      });
    }
  });

  it("have the rights that deploy/kubernetes gives them, and none beside", async () => {
    const account = `system:serviceaccount:${NAMESPACE}:flowtally`;
    const may = async (...words: string[]) => {
      const asked = ["auth", "can-i", ...words, `--as=${account}`, "--all-namespaces"];
      return (await kubectl(asked).catch(({ stdout }) => stdout as string)).trim();
    };
    assert.equal(await may("get", "nodes", "--subresource=pods"), "yes");
    assert.equal(await may("watch", "endpointslices.discovery.k8s.io"), "yes");
    for (const refused of [
      ["list", "pods"],
      ["get", "secrets"],
      ["get", "nodes"],
      ["get", "nodes", "--subresource=proxy"],
    ])
      assert.equal(await may(...refused), "no", refused.join(" "));
  });

  it("are found by what the ServiceMonitor selects, and answer there", async () => {
    const monitor = await get<Monitor>("servicemonitor", "flowtally");
    assert.equal(monitor.metadata.labels.release, "prometheus");
    const { selector, endpoints } = monitor.spec;
    const labels = Object.entries(selector.matchLabels).map(([label, value]) => `${label}=${value}`);
    const services = await get<List<Named>>("services", `--selector=${labels.join(",")}`);
    const names = services.items.map(({ metadata }) => metadata.name);
    assert.deepEqual(names, ["flowtally"]);
    const slices = await get<List<Slice>>("endpointslices", `--selector=kubernetes.io/service-name=${names}`);
    const port = endpoints[0]?.port;
    const found = slices.items.flatMap((slice) => {
      const number = slice.ports.find(({ name }) => name === port)?.port;
      return slice.endpoints.map(({ addresses, nodeName: node }) => ({
        node,
        url: `http://${addresses[0]}:${number}`,
      }));
    });
    const byNode = (one: { node: string }, other: { node: string }) => one.node.localeCompare(other.node);
    assert.deepEqual(
      found.sort(byNode),
      all.map(({ node, url }) => ({ node, url })),
    );
    for (const { url } of found) {
      const metrics = await (await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(10_000) })).text();
      assert.match(metrics, /^flow_source_up\{flow_source="kubelet"\} 1$/m);
    }
  });
});

interface List<Item> {
  items: Item[];
}

interface Named {
  metadata: { name: string };
}

interface Monitor {
  metadata: { labels: Record<string, string> };
  spec: { selector: { matchLabels: Record<string, string> }; endpoints: { port: string }[] };
}

interface Slice {
  ports: { name: string; port: number }[];
  endpoints: { addresses: string[]; nodeName: string }[];
}

/** What `kubectl get` says, in the agents' namespace. */
async function get<Answer>(...words: readonly string[]): Promise<Answer> {
  return JSON.parse(await kubectl(["get", ...words, `--namespace=${NAMESPACE}`, "--output=json"])) as Answer;
}
