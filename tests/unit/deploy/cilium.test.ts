import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import { z } from "zod";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const FOLDER = path.join(ROOT, "deploy/kubernetes/cilium");

const labels = z.record(z.string(), z.string());
const labelName = z.string().regex(/^[a-zA-Z_]\w*$/);

/** What the Prometheus Operator's definition of a PodMonitor has of it, and no field that it has not: the API server drops those. */
const podMonitor = z.strictObject({
  apiVersion: z.literal("monitoring.coreos.com/v1"),
  kind: z.literal("PodMonitor"),
  metadata: z.strictObject({ name: z.string(), labels }),
  spec: z.strictObject({
    selector: z.strictObject({
      matchLabels: labels.optional(),
      matchExpressions: z
        .array(z.strictObject({ key: z.string(), operator: z.enum(["In", "NotIn"]), values: z.array(z.string()) }))
        .optional(),
    }),
    podTargetLabels: z.array(z.string()).optional(),
    sampleLimit: z.int(),
    podMetricsEndpoints: z.array(
      z.strictObject({
        // A port's name, as Kubernetes bounds it.
        port: z.string().regex(/^[a-z0-9-]{1,15}$/),
        interval: z.string().regex(/^\d+s$/),
        honorLabels: z.boolean(),
        relabelings: z.array(
          z.strictObject({
            sourceLabels: z.array(labelName).optional(),
            targetLabel: labelName,
            replacement: z.string().optional(),
          }),
        ),
      }),
    ),
  }),
});

interface Job {
  job_name: string;
  scrape_interval?: string;
  sample_limit?: number;
  honor_labels?: boolean;
}

const MONITORS = parseAllDocuments(readFileSync(path.join(FOLDER, "podmonitors.yaml"), "utf8")).map((document) =>
  podMonitor.parse(document.toJS()),
);

describe("what has a cluster's Prometheus scrape Cilium", () => {
  it("is found by kube-prometheus-stack, in the namespace of Cilium", () => {
    for (const { metadata } of MONITORS) assert.equal(metadata.labels.release, "prometheus", metadata.name);
    const { namespace, resources } = parse(readFileSync(path.join(FOLDER, "kustomization.yaml"), "utf8"));
    assert.deepEqual([namespace, resources], ["kube-system", ["podmonitors.yaml"]]);
  });

  it("scrapes the five parts as this stack's own Prometheus does, and says which node each is on", () => {
    const text = readFileSync(path.join(ROOT, "prometheus/prometheus.yml"), "utf8");
    const { scrape_configs } = parse(text) as { scrape_configs: Job[] };
    const own = scrape_configs.filter(({ job_name }) => /^(cilium-|hubble)/.test(job_name));
    const found = MONITORS.map(({ spec }) => {
      assert.equal(spec.podMetricsEndpoints.length, 1);
      const [endpoint] = spec.podMetricsEndpoints;
      const relabelings = endpoint?.relabelings ?? [];
      assert.deepEqual(relabelings.find(({ targetLabel }) => targetLabel === "node")?.sourceLabels, [
        "__meta_kubernetes_pod_node_name",
      ]);
      return {
        job_name: relabelings.find(({ targetLabel }) => targetLabel === "job")?.replacement ?? "",
        scrape_interval: endpoint?.interval,
        sample_limit: spec.sampleLimit,
        honor_labels: endpoint?.honorLabels,
      };
    });
    assert.equal(found.length, 5);
    const asOurs = own.map(({ job_name, scrape_interval, sample_limit, honor_labels }) => {
      return { job_name, scrape_interval, sample_limit, honor_labels };
    });
    assert.deepEqual(found, asOurs);
  });

  it("selects pods and ports by the names that Cilium's chart gives them", () => {
    const chosen = MONITORS.map(({ metadata, spec }) => {
      const { matchLabels, matchExpressions } = spec.selector;
      return [metadata.name, matchLabels ?? matchExpressions, spec.podMetricsEndpoints[0]?.port];
    });
    assert.deepEqual(chosen, [
      ["flowtally-cilium-agent", { "k8s-app": "cilium" }, "prometheus"],
      ["flowtally-cilium-operator", { "io.cilium/app": "operator", name: "cilium-operator" }, "prometheus"],
      [
        "flowtally-cilium-envoy",
        [{ key: "k8s-app", operator: "In", values: ["cilium-envoy", "cilium"] }],
        "envoy-metrics",
      ],
      ["flowtally-hubble", { "k8s-app": "cilium" }, "hubble-metrics"],
      ["flowtally-hubble-relay", { "k8s-app": "hubble-relay" }, "prometheus"],
    ]);
  });
});
