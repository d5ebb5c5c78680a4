import type { HttpTotal } from "../../../model/http-total.ts";
import { type Metric, metric } from "./definition.ts";

const LABELS = ["source", "destination", "destination_port", "method", "code"];

/** Of the containers that FLOW_HTTP names. */
export const HTTP_METRICS: readonly Metric[] = [
  metric(
    "flow_http_requests_total",
    "Number of HTTP/1 requests to a container named in FLOW_HTTP that were answered, by method and code.",
    LABELS,
    (view) => [...view.http()].map((total) => [total.requests, labelsOf(total)]),
  ),
  metric(
    "flow_http_latency_seconds_total",
    "Total time from a request's first segment to its answer's, at the server's socket; by flow_http_requests_total it is the mean.",
    LABELS,
    (view) => [...view.http()].map((total) => [total.latencySeconds, labelsOf(total)]),
  ),
  metric(
    "flow_http_not_counted_total",
    "Number of HTTP/1 requests that are in no total since the tracer started: the kernel's table was full, or they came with the handshake.",
    ["reason"],
    (view) => Object.entries(view.httpNotCounted() ?? {}).map(([reason, count]) => [count, { reason }]),
  ),
];

function labelsOf({ source, destination, destinationPort, method, code }: HttpTotal) {
  return {
    source: source.name,
    destination: destination.name,
    destination_port: destinationPort,
    method,
    code,
  };
}
