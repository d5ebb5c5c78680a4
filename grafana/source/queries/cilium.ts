import { RATE, WHOLE } from "./select.ts";

const NODE = 'node=~"$node"';
const AGENTS = `up{job="cilium-agent",${NODE}}`;

/** Operator and relay run somewhere: on each node that could have one it is asked for, and need not answer. */
export const targets =
  `min by (job, node) (up{job=~"cilium-agent|cilium-envoy|hubble",${NODE}})` +
  ' or max by (job) (up{job=~"cilium-operator|hubble-relay"})';
export const agentsDown = `count(${AGENTS}) - sum(${AGENTS})`;
export const version = `count by (version) (cilium_version{${NODE}})`;

/** The agents', one on each node. */
export const agent = {
  unreachableNodes: `max(cilium_unreachable_nodes{${NODE}})`,
  unreachable: `max by (node) (cilium_unreachable_nodes{${NODE}} + cilium_unreachable_health_endpoints{${NODE}})`,
  controllersFailing: `sum(cilium_controllers_failing{${NODE}})`,
  controllersFailingByNode: `sum by (node) (cilium_controllers_failing{${NODE}})`,
  controllerRuns: byRate("cilium_controllers_runs_total", "status"),
  complaints: byRate("cilium_errors_warnings_total", "level, subsystem"),
  /** Those that are not ready yet, or no longer. */
  endpointsNotReady: `sum(cilium_endpoint_state{${NODE}}) - sum(cilium_endpoint_state{endpoint_state="ready",${NODE}})`,
  endpointsByState: `sum by (endpoint_state) (cilium_endpoint_state{${NODE}}) > 0`,
  endpointsByEnforcement: `sum by (enforcement) (cilium_policy_endpoint_enforcement_status{${NODE}}) > 0`,
  regenerations: byRate("cilium_endpoint_regenerations_total", "outcome"),
  regenerationTime: mean("cilium_endpoint_regeneration_time_stats_seconds", "scope"),
  policies: `max by (node) (cilium_policy{${NODE}})`,
  policyRevision: `max by (node) (cilium_policy_max_revision{${NODE}})`,
  /** Of versions that count errors of import alone, too; nothing failed where there is a revision, and no such count. */
  policyErrors:
    `sum(increase(cilium_policy_change_total{outcome!="success",${NODE}}[$__range]))` +
    ` or sum(increase(cilium_policy_import_errors_total{${NODE}}[$__range])) or 0 * max(cilium_policy_max_revision{${NODE}})`,
  policyChanges: byRate("cilium_policy_change_total", "outcome"),
  policyDelay: mean("cilium_policy_implementation_delay", "source"),
  mapPressure: `max(cilium_bpf_map_pressure{${NODE}})`,
  mapPressureByMap:
    `max by (map_name) (cilium_bpf_map_pressure{${NODE}})` +
    ` and on (map_name) topk(12, max by (map_name) (max_over_time(cilium_bpf_map_pressure{${NODE}}${WHOLE})))`,
  failedMapOperations: `${byRate('cilium_bpf_map_ops_total{outcome!="success"}', "map_name, operation")}`,
  drops: byRate("cilium_drop_count_total", "reason, direction"),
  dropsTotal: `sum(rate(cilium_drop_count_total{${NODE}}${RATE})) or 0 * sum(rate(cilium_forward_count_total{${NODE}}${RATE}))`,
  forwardedPackets: byRate("cilium_forward_count_total", "direction"),
  forwardedBytes: byRate("cilium_forward_bytes_total", "direction"),
  connections: `sum by (family, protocol) (cilium_datapath_conntrack_gc_entries{status="alive",${NODE}})`,
  /** Every agent knows all of the cluster's: their sum would count each once for every node. */
  identities: `max by (type) (cilium_identity{${NODE}})`,
  addressShare: `sum by (family) (cilium_ip_addresses{${NODE}}) / (sum by (family) (cilium_ipam_capacity{${NODE}}) > 0)`,
  judged: byRate("cilium_policy_l7_total", "proxy_type, rule"),
  apiLatency: mean("cilium_k8s_client_api_latency_time_seconds", "method"),
  apiCalls: byRate("cilium_k8s_client_api_calls_total", "method, return_code"),
  ownApiLatency: mean("cilium_agent_api_process_time_seconds", "method, path"),
  cpu: `sum by (node) (rate(cilium_process_cpu_seconds_total{${NODE}}${RATE}))`,
  memory: `max by (node) (cilium_process_resident_memory_bytes{${NODE}})`,
};

/** The operators', of which one leads: Cilium has no metric that says which. */
export const operator = {
  /** The leader alone collects identities that nobody uses. */
  collections: "sum by (node, outcome) (increase(cilium_operator_identity_gc_runs[1h]))",
  identities: "max by (status) (cilium_operator_identity_gc_entries)",
  endpoints: `sum by (outcome) (rate(cilium_operator_endpoint_gc_objects${RATE}))`,
  unmanagedPods: "max(cilium_operator_unmanaged_pods)",
  addresses: "max by (type) (cilium_operator_ipam_ips)",
  nodes: "max by (category) (cilium_operator_ipam_nodes)",
  allocationLatency:
    `sum by (operation) (rate(cilium_operator_ipam_api_duration_seconds_sum${RATE}))` +
    ` / (sum by (operation) (rate(cilium_operator_ipam_api_duration_seconds_count${RATE})) > 0)`,
  cpu: `sum by (node) (rate(cilium_operator_process_cpu_seconds_total${RATE}))`,
  memory: "max by (node) (cilium_operator_process_resident_memory_bytes)",
  complaints: `sum by (level, subsystem) (rate(cilium_operator_errors_warnings_total${RATE}))`,
};

/** @param counter may have matchers of its own */
function byRate(counter: string, labels: string): string {
  return `sum by (${labels}) (rate(${onNode(counter)}${RATE}))`;
}

/** Seconds each took on average; no value while there was none. */
function mean(histogram: string, labels: string): string {
  const rateOf = (part: string) => `sum by (${labels}) (rate(${onNode(`${histogram}_${part}`)}${RATE}))`;
  return `${rateOf("sum")} / (${rateOf("count")} > 0)`;
}

function onNode(metric: string): string {
  return metric.endsWith("}") ? metric.replace(/\}$/, `,${NODE}}`) : `${metric}{${NODE}}`;
}
