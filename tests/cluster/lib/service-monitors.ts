import { apply, kubectl } from "./kubectl.ts";

const NAME = "servicemonitors.monitoring.coreos.com";

/** Has the API server keep objects of that kind. */
export async function knowServiceMonitors(): Promise<void> {
  await apply(definition());
  await kubectl(["wait", `crd/${NAME}`, "--for=condition=Established", "--timeout=30s"]);
}

/** What the Prometheus Operator brings, as far as an object of its kind is kept. */
function definition(): object {
  const names = { kind: "ServiceMonitor", plural: "servicemonitors", singular: "servicemonitor" };
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  const versions = [{ name: "v1", served: true, storage: true, schema }];
  const spec = { group: "monitoring.coreos.com", names, scope: "Namespaced", versions };
  return { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", metadata: { name: NAME }, spec };
}
