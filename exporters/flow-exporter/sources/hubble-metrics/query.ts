/** Of the metrics that Hubble's agents expose, those that say who talked to whom, without the prefix `hubble_`. */
export const METRICS = [
  "flows_processed_total",
  "drop_total",
  "http_requests_total",
  "http_responses_total",
  "http_request_duration_seconds_sum",
  "http_request_duration_seconds_count",
  "dns_queries_total",
  "dns_responses_total",
] as const;

export type Metric = (typeof METRICS)[number];

/** What Hubble's `sourceContext`, `destinationContext` and `labelsContext` tell of either end. */
const ENDS = ["", "_namespace", "_pod", "_workload", "_app"].flatMap((part) => [`source${part}`, `destination${part}`]);

/**
 * The labels that are kept. `job` and `instance` keep the counters of each agent apart: a sum over several falls where one of
 * them starts anew, and nobody could tell by how much the others grew.
 */
const KEPT = [
  ...["__name__", "job", "instance", ...ENDS],
  ...["protocol", "type", "subtype", "verdict", "reason", "method", "status", "rcode", "reporter"],
];

/** A metric of every exporter of this project, which may serve Hubble's metrics as well: those are its own flows once more. */
const OWN = "flow_build_info";

/** All that is asked of Prometheus, in one question. */
export const QUERY =
  `sum by (${KEPT.join(", ")}) ` + `({__name__=~"hubble_(${METRICS.join("|")})"} unless on (job, instance) ${OWN})`;
