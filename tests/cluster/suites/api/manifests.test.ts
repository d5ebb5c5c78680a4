import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromChart, fromChartWith, fromKustomize, lintChart, type Manifest, only } from "./manifests.ts";

describe("the chart", () => {
  it("is well-formed", async () => {
    assert.match(await lintChart(), /0 chart\(s\) failed/);
  });

  it("makes the objects that kustomize makes, but for the namespace", async () => {
    const kustomized = (await fromKustomize("prometheus-operator")).filter(({ kind }) => kind !== "Namespace");
    assert.deepEqual(sorted((await fromChart()).map(withoutHelms)), sorted(kustomized));
  });

  it("makes with a store what kustomize makes with it", async () => {
    const kustomized = (await fromKustomize("prometheus-operator", "store")).filter(({ kind }) => kind !== "Namespace");
    const made = (await fromChart("store.secretName=flow-store")).map(withoutHelms);
    assert.deepEqual(sorted(made).map(inAnyOrder), sorted(kustomized).map(inAnyOrder));
  });

  it("makes with certificates for Hubble's programs what kustomize makes with them", async () => {
    const kustomized = (await fromKustomize("prometheus-operator", "hubble")).filter(
      ({ kind }) => kind !== "Namespace",
    );
    const made = (await fromChart("hubble.secretName=flow-hubble")).map(withoutHelms);
    assert.deepEqual(sorted(made).map(inAnyOrder), sorted(kustomized).map(inAnyOrder));
    assert.ok(!JSON.stringify(await fromChart()).includes("HUBBLE"));
  });

  it("refuses values that make no sense, by name", async () => {
    const wrong = {
      "udp=maybe": /udp/,
      "exporter.maxEdges=0": /maxEdges/,
      "exporter.maxEdges=many": /maxEdges/,
      "kubelet.url=http://10.0.0.1": /kubelet\/url|kubelet\.url/,
      "image.pullPolicy=Sometimes": /pullPolicy/,
      "store.maxAge=soon": /maxAge/,
      "tracer.maxFlow=5": /maxFlow/,
      "unheardOf=1": /unheardOf/,
    };
    for (const [value, named] of Object.entries(wrong)) await assert.rejects(fromChart(value), named, value);
  });

  it("writes the numbers of a file of values out", async () => {
    const manifests = await fromChartWith({
      udpIdleSeconds: 2_000_000,
      tracer: { maxFlows: 2_000_000 },
      exporter: { maxEdges: 100_000, maxPorts: 65_535, refreshSeconds: 60, stateSizeLimit: 2 ** 31 },
      store: { secretName: "flows", maxRows: 1_000_000_000 },
    });
    const [tracer] = containersOf(manifests);
    assert.deepEqual(
      tracer?.args?.filter((arg) => /flows|idle/.test(arg)),
      ["--max-flows=2000000", "--udp-idle=2000000"],
    );
    const names = ["FLOW_MAX_EDGES", "FLOW_MAX_PORTS", "FLOW_REFRESH_SECONDS", "FLOW_STORE_MAX_ROWS"];
    const values = names.map((name) => variable(manifests, name)?.value);
    assert.deepEqual(values, ["100000", "65535", "60", "1000000000"]);
    assert.match(JSON.stringify(only(manifests, "DaemonSet")), /"sizeLimit":2147483648/);
  });

  it("leaves a monitor's label away that a file of values takes away, and adds others", async () => {
    const labelsWith = async (labels: object | null) =>
      withoutHelms(only(await fromChartWith({ serviceMonitor: { labels } }), "ServiceMonitor")).metadata.labels;
    const own = { "app.kubernetes.io/name": "flowtally" };
    assert.deepEqual(await labelsWith({}), { ...own, release: "prometheus" });
    assert.deepEqual(await labelsWith({ release: null }), own);
    assert.deepEqual(await labelsWith({ release: null, team: "7" }), { ...own, team: "7" });
    assert.deepEqual(await labelsWith(null), own);
  });

  it("takes NET_ADMIN away where UDP is not counted", async () => {
    const [tracer] = containersOf(await fromChart("udp=off"));
    assert.deepEqual(tracer?.securityContext.capabilities, { drop: ["ALL"], add: ["BPF", "PERFMON"] });
    assert.ok(tracer?.args?.includes("--udp=off"));
  });

  it("takes the rights to services away where they are not followed", async () => {
    const manifests = await fromChart("services=false");
    const { rules } = only(manifests, "ClusterRole") as Manifest & { rules: unknown };
    assert.deepEqual(rules, [{ apiGroups: [""], resources: ["nodes/pods"], verbs: ["get"] }]);
    assert.equal(variable(manifests, "KUBERNETES_API")?.value, "off");
  });

  it("hands the store's address over from a secret", async () => {
    assert.equal(variable(await fromChart(), "FLOW_STORE"), undefined);
    const { valueFrom } = variable(await fromChart("store.secretName=flows"), "FLOW_STORE") ?? {};
    assert.deepEqual(valueFrom, { secretKeyRef: { name: "flows", key: "address" } });
  });

  it("lets the exporter see what the node translates where there is a store that needs it", async () => {
    const groupsOf = (manifests: readonly Manifest[]) => {
      const { spec } = only(manifests, "DaemonSet") as Manifest & { spec: { template: { spec: Pod } } };
      return spec.template.spec.securityContext.supplementalGroups;
    };
    assert.equal(groupsOf(await fromChart()), undefined);
    assert.deepEqual(groupsOf(await fromChart("store.secretName=flows")), [0]);
  });

  it("leaves out what is switched off", async () => {
    const kinds = (await fromChart("serviceMonitor.enabled=false", "networkPolicy.enabled=false")).map(
      ({ kind }) => kind,
    );
    assert.ok(!kinds.includes("ServiceMonitor") && !kinds.includes("NetworkPolicy"));
  });
});

interface Pod {
  securityContext: { supplementalGroups?: number[] };
}

interface Container {
  args?: string[];
  env?: { name: string; value?: string; valueFrom?: object }[];
  securityContext: { capabilities: object };
}

function containersOf(manifests: readonly Manifest[]): Container[] {
  const { template } = only(manifests, "DaemonSet").spec as { template: { spec: { containers: Container[] } } };
  return template.spec.containers;
}

function variable(manifests: readonly Manifest[], name: string) {
  return containersOf(manifests)
    .flatMap(({ env = [] }) => env)
    .find((one) => one.name === name);
}

/** Helm's own labels say whose the objects are. */
function withoutHelms(manifest: Manifest): Manifest {
  const { "app.kubernetes.io/managed-by": _, "helm.sh/chart": __, ...labels } = manifest.metadata.labels ?? {};
  return { ...manifest, metadata: { ...manifest.metadata, labels } };
}

/** Neither cares in which order variables stand that do not refer to each other. */
function inAnyOrder(manifest: Manifest): Manifest {
  if (manifest.kind !== "DaemonSet") return manifest;
  const copy = structuredClone(manifest);
  for (const one of containersOf([copy])) one.env?.sort((a, b) => a.name.localeCompare(b.name));
  return copy;
}

function sorted(manifests: readonly Manifest[]): Manifest[] {
  return manifests.toSorted((a, b) => a.kind.localeCompare(b.kind));
}
