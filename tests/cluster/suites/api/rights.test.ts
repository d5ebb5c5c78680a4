import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { answered, createApi } from "../../lib/api.ts";
import { apply, kubectl } from "../../lib/kubectl.ts";
import { knowServiceMonitors } from "../../lib/service-monitors.ts";
import { fromKustomize, type Manifest, podOf } from "./manifests.ts";

const ACCOUNT = "system:serviceaccount:flowtally:flowtally";
const MAY = [
  ["get", "nodes/pods"],
  ["list", "services"],
  ["watch", "services"],
  ["list", "endpointslices.discovery.k8s.io"],
  ["watch", "endpointslices.discovery.k8s.io"],
] as const;
const MAY_NOT = [
  ["get", "nodes/proxy"],
  ["get", "nodes/stats"],
  ["get", "nodes"],
  ["list", "pods"],
  ["get", "secrets"],
  ["get", "configmaps"],
  ["create", "pods"],
  ["update", "services"],
] as const;

const BASELINE = [
  /host namespaces \(hostPID=true\)/,
  /non-default capabilities \(container "flow-tracer"/,
  /hostPath volumes/,
];
const RESTRICTED = [
  /host namespaces \(hostPID=true\)/,
  /restricted volume types \(volumes "pins", "cgroups"/,
  /unrestricted capabilities \(container "flow-tracer" must not include "BPF", "NET_ADMIN", "PERFMON"/,
  /runAsNonRoot != true \(container "flow-tracer"/,
  /runAsUser=0 \(container "flow-tracer"/,
];

describe("what is applied", () => {
  let manifests: Manifest[];
  before(async () => {
    manifests = await fromKustomize("prometheus-operator");
    await knowServiceMonitors();
    await apply(...manifests);
  });

  it("is taken by the API server, field by field", async () => {
    const strict = ["apply", "--dry-run=server", "--validate=strict", "--filename=-"];
    const list = { apiVersion: "v1", kind: "List", items: manifests };
    await kubectl(strict, JSON.stringify(list));
  });

  it("has the rights it says, and no others", async () => {
    for (const [verb, resource] of MAY) assert.equal(await mayAccount(verb, resource), true, `${verb} ${resource}`);
    for (const [verb, resource] of MAY_NOT)
      assert.equal(await mayAccount(verb, resource), false, `${verb} ${resource}`);
  });

  it("is let through by Pod Security's privileged alone, for the reasons that docs/kubernetes.md gives", async (context) => {
    const restricted = await refusalAt("restricted");
    context.diagnostic(restricted);
    for (const rule of RESTRICTED) assert.match(restricted, rule);
    // What the exporter is faulted for is what it shares with the tracer: it would pass by itself.
    assert.doesNotMatch(restricted, /flow-exporter/);
    const baseline = await refusalAt("baseline");
    for (const rule of BASELINE) assert.match(baseline, rule);
  });

  /** What the API server says to the DaemonSet's pod in a namespace of that level. */
  async function refusalAt(level: string): Promise<string> {
    const labels = { "pod-security.kubernetes.io/enforce": level };
    const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "flowtally", namespace: level } };
    await apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: level, labels } }, account);
    return refusalOf(podOf(manifests, level));
  }
});

async function refusalOf(pod: object): Promise<string> {
  const api = createApi();
  try {
    const { metadata } = pod as { metadata: { namespace: string } };
    const answer = await api.ask("POST", `/api/v1/namespaces/${metadata.namespace}/pods?dryRun=All`, pod);
    assert.equal(answer.status, 403, answer.body);
    return (JSON.parse(answer.body) as { message: string }).message;
  } finally {
    api.close();
  }
}

async function mayAccount(verb: string, what: string): Promise<boolean> {
  const api = createApi();
  try {
    const [path = "", ...group] = what.split(".");
    const [resource, subresource] = path.split("/");
    const resourceAttributes = { verb, resource, subresource, group: group.join("."), namespace: "" };
    const review = {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      spec: { user: ACCOUNT, resourceAttributes },
    };
    const where = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
    const { status } = await answered<{ status: { allowed: boolean } }>(api, "POST", where, review);
    return status.allowed;
  } finally {
    api.close();
  }
}
