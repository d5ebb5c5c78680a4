import type { HubbleFlow } from "../../../model/hubble-flow.ts";
import { FilterFault, type Side, type Test } from "./filter.ts";

interface Named {
  namespace: string;
  name: string;
}

/**
 * `NAMESPACE/PREFIX`, `NAMESPACE/` and `/`, as Hubble's: the namespace as a whole, a pod by how its name begins. Without a slash
 * it is a pod of any namespace, which Hubble takes for one of `default`: no Docker host has that.
 */
export function podTest(values: readonly string[], { endpoint }: Side): Test {
  return namedTest(values, (flow) => {
    const found = endpoint(flow);
    return found && { namespace: found.namespace, name: found.podName };
  });
}

export function serviceTest(values: readonly string[], { service }: Side): Test {
  return namedTest(values, service);
}

function namedTest(values: readonly string[], namedOf: (flow: HubbleFlow) => Named | undefined): Test {
  const wanted = values.map(wantedOf);
  return (flow) => {
    const named = namedOf(flow);
    if (!named || (named.namespace === "" && named.name === "")) return false;
    return wanted.some(
      ({ namespace, prefix }) =>
        (namespace === undefined || namespace === named.namespace) && named.name.startsWith(prefix),
    );
  };
}

function wantedOf(value: string): { namespace: string | undefined; prefix: string } {
  if (value === "") throw new FilterFault("a name must be [NAMESPACE/][PREFIX], and is empty");
  const at = value.indexOf("/");
  if (at < 0) return { namespace: undefined, prefix: value };
  return { namespace: value.slice(0, at) || undefined, prefix: value.slice(at + 1) };
}

/** Domain names, with * for any part. */
export function fqdnTest(values: readonly string[], { names }: Side): Test {
  const wanted = values.map((value) => globOf(domain(value), "fqdn"));
  return (flow) => names(flow).some((name) => wanted.some((matches) => matches(domain(name))));
}

/** NODE or CLUSTER/NODE, with * for any part; a node whose cluster is not told is of `default`. */
export function nodeTest(values: readonly string[]): Test {
  const wanted = values.map((value) => {
    const [first = "", second, ...more] = value.split("/");
    if (value === "" || more.length > 0) throw new FilterFault(`node_name: ${value} must be [CLUSTER/]NODE`);
    const [cluster, node] = second === undefined ? ["", first] : [first, second];
    return { cluster: globOf(domain(cluster) || "*", "node_name"), node: globOf(domain(node) || "*", "node_name") };
  });
  return ({ nodeName }) => {
    if (nodeName === "") return false;
    const at = nodeName.indexOf("/");
    const [cluster, node] = at < 0 ? ["default", nodeName] : [nodeName.slice(0, at), nodeName.slice(at + 1)];
    return wanted.some((one) => one.cluster(domain(cluster)) && one.node(domain(node)));
  };
}

function domain(name: string): string {
  return name.trim().replace(/\.$/, "").toLowerCase();
}

/** Parts between stars must come in their order: nothing is tried twice, as a regular expression would. */
function globOf(pattern: string, field: string): (text: string) => boolean {
  if (!/^[-\w.*]{1,255}$/.test(pattern)) {
    throw new FilterFault(`${field}: ${pattern} may have letters, digits, - _ . and *`);
  }
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    for (const part of rest) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at <= text.length - last.length;
  };
}

export function workloadTest(values: readonly { name: string; kind: string }[], { endpoint }: Side): Test {
  return (flow) =>
    endpoint(flow)?.workloads.some((has) =>
      values.some(({ name, kind }) => (name === "" || name === has.name) && (kind === "" || kind === has.kind)),
    ) ?? false;
}
