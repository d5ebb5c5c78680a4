import { RATE } from "./select.ts";

const OWN = 'container_label_com_docker_compose_project="flowtally"';

/** Of Cilium not each node has every part, and none of them is this stack's. */
const TARGETS = 'up{job!~"cilium-.+|hubble.*"}';

export const targetsDown = `count(${TARGETS}) - sum(${TARGETS})`;
export const targets = `min by (job) (${TARGETS})`;
export const alerts = orElse(
  'max by (alertname, severity, job, name, mountpoint, kind) (ALERTS{alertstate="firing"})',
  "alertname",
  "none",
);
export const alertsFiring = 'count(ALERTS{alertstate="firing"}) or vector(0)';
export const leftOut = orElse("max by (part, reason) (flow_stack_left_out)", "part", "nothing");

export const scrapeDuration = "max by (job) (scrape_duration_seconds)";
export const samplesByJob = "sum by (job) (scrape_samples_scraped)";
export const series = "prometheus_tsdb_head_series";
export const samplesPerSecond = `rate(prometheus_tsdb_head_samples_appended_total{type="float"}${RATE})`;
export const storedBytes =
  "prometheus_tsdb_storage_blocks_bytes + prometheus_tsdb_head_chunks_storage_size_bytes + prometheus_tsdb_wal_storage_size_bytes";
/** A group is named by its file, a semicolon and its own name. */
export const ruleDuration =
  'label_replace(prometheus_rule_group_last_duration_seconds, "group", "$1", "rule_group", ".*;(.*)")';

export const lost = "sum(increase(flow_lost_flows_total[$__range]))";
export const unseen = "sum(increase(flow_unseen_seconds_total[$__range]))";
export const lostByKind = `sum by (kind) (rate(flow_lost_flows_total${RATE}))`;
export const refusedRuns = `rate(flow_tracer_refused_runs_total${RATE})`;
export const roomInUse = 'flow_rows / on (instance) flow_tracer_table_room{table="flows"}';
export const notStored = `sum(rate(flow_sink_dropped_total{flow_sink="store"}${RATE}))`;
export const failedWrites = `sum by (reason) (rate(flow_store_failed_writes_total${RATE}))`;
export const waitingForStore = "flow_store_waiting_bytes";
export const sources = "flow_source_up";
export const collectDuration = "flow_collect_duration_seconds";
export const rows = "flow_rows";
export const edges = 'count(flow_sent_bytes_total{source!="~other"})';
export const edgesDropped = "flow_edges_dropped_total";

/** Seconds of CPU per second, by container of the stack. */
export const cpuByService = `sum by (name) (rate(container_cpu_usage_seconds_total{${OWN}}${RATE}))`;
export const cpuTotal = `sum(rate(container_cpu_usage_seconds_total{${OWN}}${RATE}))`;
export const memoryByService = `max by (name) (container_memory_working_set_bytes{${OWN}})`;
export const memoryTotal = `sum(${memoryByService})`;
export const memoryOfLimit = "name:container_memory_limit:ratio";

/** One series that says so where there is none. */
function orElse(vector: string, label: string, text: string): string {
  return `${vector} or on () label_replace(vector(0), "${label}", "${text}", "", "")`;
}
