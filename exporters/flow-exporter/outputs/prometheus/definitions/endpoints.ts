import type { Endpoint } from "../../../model/endpoint.ts";
import type { EdgeTotal } from "../../../totals/edge-total.ts";
import type { EndpointTotal } from "../../../totals/endpoint-work.ts";
import { nodeOf } from "../../http/endpoint-id.ts";
import { isOwn, type Own, ownOf } from "../../monitoring.ts";
import type { View } from "../../view.ts";
import { type Metric, metric, type Sample } from "./definition.ts";

const INFO_LABELS = [
  "endpoint",
  "kind",
  "container_id",
  "image",
  "compose_project",
  "compose_service",
  "pod",
  "namespace",
  "node",
  "monitoring",
];

/** The ends of edges: what is known about them, and what their processes did. */
export const ENDPOINT_METRICS: readonly Metric[] = [
  metric(
    "flow_endpoint_info",
    "Always 1; its labels describe an endpoint, for joins on its name.",
    INFO_LABELS,
    (view) => {
      const own = ownOf(view);
      return [...endpointsOf(view.edges())].map((endpoint) => [1, endpointLabels(endpoint, view, own)]);
    },
  ),
  perEndpoint(
    "flow_endpoint_cpu_seconds_total",
    "CPU time used by an endpoint's processes.",
    (work) => work.cpuSeconds,
  ),
  perEndpoint(
    "flow_endpoint_read_bytes_total",
    "Bytes read from disk by an endpoint's processes.",
    (work) => work.readBytes,
  ),
  perEndpoint(
    "flow_endpoint_written_bytes_total",
    "Bytes that an endpoint's processes have caused to be written to disk.",
    (work) => work.writtenBytes,
  ),
  metric(
    "flow_endpoint_page_faults_total",
    "Page faults of an endpoint's processes; the kind is minor, or major if they had to read from disk.",
    ["endpoint", "kind"],
    (view) =>
      [...view.work()].flatMap(({ endpoint, minorFaults, majorFaults }): Sample[] => [
        [minorFaults, { endpoint, kind: "minor" }],
        [majorFaults, { endpoint, kind: "major" }],
      ]),
  ),
  perEndpoint(
    "flow_endpoint_resident_bytes",
    "Resident memory of an endpoint's processes; shared pages are counted once for each process.",
    (work) => work.residentBytes,
  ),
];

function perEndpoint(name: string, help: string, amountOf: (work: EndpointTotal) => number): Metric {
  return metric(name, help, ["endpoint"], (view) =>
    [...view.work()].map((work) => [amountOf(work), { endpoint: work.endpoint }]),
  );
}

/** Every endpoint once: a container that was replaced under the same name only as it is now. */
function endpointsOf(edges: Iterable<EdgeTotal>): Iterable<Endpoint> {
  const latestLast = [...edges].sort((a, b) => a.lastActiveMs - b.lastActiveMs);
  return new Map(latestLast.flatMap(({ edge }) => [byName(edge.source), byName(edge.destination)])).values();
}

function byName(endpoint: Endpoint): [string, Endpoint] {
  return [endpoint.name, endpoint];
}

function endpointLabels(endpoint: Endpoint, { node }: View, own: Own) {
  return {
    endpoint: endpoint.name,
    kind: endpoint.kind,
    container_id: endpoint.containerId,
    image: endpoint.image,
    compose_project: endpoint.composeProject,
    compose_service: endpoint.composeService,
    pod: endpoint.pod,
    namespace: endpoint.namespace,
    node: nodeOf(endpoint, { node }),
    monitoring: isOwn(endpoint, own) ? "true" : "",
  };
}
