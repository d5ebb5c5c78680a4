import { largest, RATE, WHOLE } from "./select.ts";

const CHOSEN = '{envoy_cluster_name=~"$cluster",node=~"$node"}';
const NODE = '{node=~"$node"}';
const SHOWN = 12;
/** Envoy's times are in milliseconds. */
const MS = 1000;

export const live = `sum(envoy_server_live${NODE})`;
export const uptime = `min(envoy_server_uptime${NODE})`;
export const requests = `sum(rate(envoy_cluster_upstream_rq_total${CHOSEN}${RATE}))`;
/** Nothing failed where there are answers, and none of them is of that class. */
export const errorRatio =
  `(sum(rate(envoy_cluster_upstream_rq_xx${classOf("5")}${RATE})) or 0 * ${requests})` +
  ` / (sum(rate(envoy_cluster_upstream_rq_xx${CHOSEN}${RATE})) > 0)`;
export const unhealthy = `sum(envoy_cluster_membership_total${CHOSEN}) - sum(envoy_cluster_membership_healthy${CHOSEN})`;
export const worst = quantile(0.99, "");

export const requestsByCluster = busiest("envoy_cluster_upstream_rq_total");
export const answersByClass = `sum by (envoy_response_code_class) (rate(envoy_cluster_upstream_rq_xx${CHOSEN}${RATE}))`;
export const failuresByCluster = `sum by (envoy_cluster_name) (rate(envoy_cluster_upstream_rq_xx${classOf("5")}${RATE}))`;
export const received = `sum by (envoy_http_conn_manager_prefix, envoy_response_code_class) (rate(envoy_http_downstream_rq_xx${NODE}${RATE})) > 0`;
export const denied = `sum by (node) (rate(envoy_cilium_access_denied${NODE}${RATE}))`;

/** By the share of requests that took no longer. */
export const latencies = [0.5, 0.95, 0.99].map((share) => ({ share, expr: quantile(share, "") }));
export const latencyByCluster = quantile(0.95, "envoy_cluster_name");
export const latencyBuckets = `sum by (le) (rate(envoy_cluster_upstream_rq_time_bucket${CHOSEN}${RATE}))`;

export const openByCluster = `sum by (envoy_cluster_name) (envoy_cluster_upstream_cx_active${CHOSEN})`;
export const openedByCluster = busiest("envoy_cluster_upstream_cx_total");
export const waiting = `sum by (envoy_cluster_name) (envoy_cluster_upstream_rq_pending_active${CHOSEN})`;
export const sent = busiest("envoy_cluster_upstream_cx_tx_bytes_total");
export const receivedBytes = busiest("envoy_cluster_upstream_cx_rx_bytes_total");
export const listeners = `sum by (envoy_listener_address) (envoy_listener_downstream_cx_active${NODE})`;

/** What went wrong on the way to an upstream, by its name in a legend. */
export const troubles = {
  "not connected": `sum(rate(envoy_cluster_upstream_cx_connect_fail${CHOSEN}${RATE}))`,
  "timed out": `sum(rate(envoy_cluster_upstream_rq_timeout${CHOSEN}${RATE}))`,
  "tried again": `sum(rate(envoy_cluster_upstream_rq_retry${CHOSEN}${RATE}))`,
  "no room to wait": `sum(rate(envoy_cluster_upstream_rq_pending_overflow${CHOSEN}${RATE}))`,
};

export const memory = `max by (node) (envoy_server_memory_allocated${NODE})`;
/** What the agent sent and Envoy did not take. */
export const refusedPolicies = `sum by (node) (rate(envoy_cilium_npds_update_rejected${NODE}${RATE}))`;
export const stuckWorkers = `sum by (node) (rate(envoy_server_worker_watchdog_miss${NODE}${RATE}))`;

function classOf(first: string): string {
  return CHOSEN.replace("{", `{envoy_response_code_class="${first}",`);
}

function busiest(counter: string): string {
  const [now, whole] = [RATE, WHOLE].map((span) => `sum by (envoy_cluster_name) (rate(${counter}${CHOSEN}${span}))`);
  return largest(SHOWN, "envoy_cluster_name", now ?? "", whole ?? "");
}

/** In seconds. @param label for which there is one each; "": one in all */
function quantile(share: number, label: string): string {
  const labels = label === "" ? "le" : `${label}, le`;
  const buckets = `sum by (${labels}) (rate(envoy_cluster_upstream_rq_time_bucket${CHOSEN}${RATE}))`;
  return `histogram_quantile(${share}, ${buckets}) / ${MS}`;
}
