import {
  CustomVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { PROMETHEUS } from "./panels.ts";
import { namespaces, workloads } from "./queries/hubble/ends.ts";

/** Several values or all; used in a regular expression. */
function several(name: string, label: string, query: string): QueryVariableBuilder {
  return labelValues(name, label, query)
    .multi(true)
    .includeAll(true)
    .allValue(".*")
    .current({ selected: true, text: ["All"], value: ["$__all"] });
}

/** The same of what a query finds: labels that it makes itself are in no series. @param label whose values are taken */
function severalFound(name: string, label: string, title: string, expr: string): QueryVariableBuilder {
  return several(name, title, `query_result(group by (${label}) (${expr}))`).regex(`/${label}="([^"]+)"/`);
}

function labelValues(name: string, label: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(PROMETHEUS)
    .query(query)
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalCaseInsensitiveAsc);
}

export const project = several(
  "project",
  "Compose project",
  'label_values(flow_endpoint_info{compose_project!=""}, compose_project)',
);

export const flowContainer = several(
  "container",
  "Container",
  'label_values(flow_endpoint_info{kind="container",compose_project=~"$project"}, endpoint)',
);

/** Its value is what label `monitoring` has where an endpoint is to be hidden: the stack's own, or none there is. */
export const monitoring = new CustomVariableBuilder("monitoring")
  .label("Monitoring's own traffic")
  .values("hidden : true,shown : -")
  .options([
    { selected: true, text: "hidden", value: "true" },
    { selected: false, text: "shown", value: "-" },
  ])
  .current({ selected: true, text: "hidden", value: "true" });

/** One container; Prometheus' own is on every host. */
export const container = labelValues("container", "Container", 'label_values(container_last_seen{name!=""}, name)')
  .multi(false)
  .includeAll(false)
  .current({ selected: true, text: "prometheus", value: "prometheus" });

export const loader = several("loaded_by", "Loaded by", "label_values(ebpf_program_info, loaded_by)");

/** Of Cilium's, which has an agent on each. */
export const node = several("node", "Node", 'label_values(up{job=~"cilium-.*|hubble.*"}, node)');

export const envoyCluster = several(
  "cluster",
  "Cluster",
  "label_values(envoy_cluster_upstream_rq_total, envoy_cluster_name)",
);

export const verdict = several("verdict", "Verdict", "label_values(hubble_flows_processed_total, verdict)");

const FLOW_ENDS = namespaces("hubble_flows_processed_total");
export const namespace = severalFound(
  "namespace",
  "namespace",
  "Namespace",
  `label_join(${FLOW_ENDS}, "namespace", "", "from") or label_join(${FLOW_ENDS}, "namespace", "", "to")`,
);

export const namespaceAsking = severalFound("namespace", "from", "Namespace", namespaces("hubble_dns_queries_total"));

const REQUEST_ENDS = workloads("hubble_http_requests_total");
export const workload = severalFound("workload", "to", "Workload", REQUEST_ENDS);
export const client = severalFound("client", "from", "Client", REQUEST_ENDS);

/** Whose proxy tells of a request. */
export const reporter = labelValues("reporter", "Seen by", "label_values(hubble_http_requests_total, reporter)")
  .multi(false)
  .includeAll(false);
