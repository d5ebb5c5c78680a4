/** Labels of an edge as the pictures show it; a table has the protocol besides. */
export const EDGE = "source, destination, destination_port";
export const EDGE_AND_PROTOCOL = `${EDGE}, protocol`;

/** The window of a rate: Grafana's and the console's own choice, never less than four scrapes. */
export const RATE = "[$__rate_interval]";
/** The whole time shown, as of its end: the same value at every step, worked out once. */
export const WHOLE = "[$__range] @ end()";

/** Seconds between two scrapes, as prometheus.yml has it. */
export const SCRAPE_SECONDS = 5;

/**
 * How fast a counter grew on average in the part of the time shown in which it was there. `rate` divides by all of the
 * time shown, also by that before the first sample. `increase` goes back to half a scrape before that sample.
 */
export function meanRate(counter: string): string {
  return `(increase(${counter}[$__range]) / (${SCRAPE_SECONDS} * (count_over_time(${counter}[$__range]) - 0.5)))`;
}

/**
 * The edges of which an end is in the chosen project and is the chosen container; with the monitoring hidden, none of
 * the stack's own. `flow_endpoint_info` knows the project of an endpoint.
 * @param edges an instant vector with the labels `source` and `destination`
 */
export function selected(edges: string): string {
  return `(${edges} and on (source, destination) ${CHOSEN_EDGES})`;
}

/** All edges; with the monitoring hidden, none of the stack's own. @param edges as for `selected` */
export function withoutOwn(edges: string): string {
  return `(${edges} unless on (source) ${endpoints(OWN, "source")} unless on (destination) ${endpoints(OWN, "destination")})`;
}

/**
 * The series of `shown` that are among the largest over the whole time shown. Plain `topk` chooses anew at every step,
 * which draws lines that come and go.
 * @param whole what to rank by, with the same labels, the same at every step
 */
export function largest(count: number, labels: string, shown: string, whole: string): string {
  return `${shown} and on (${labels}) topk(${count}, ${whole})`;
}

// Also edges and endpoints that are gone by the end of the time shown.
const EVERY_EDGE = `last_over_time(flow_sent_bytes_total${WHOLE})`;
const CHOSEN = 'compose_project=~"$project",endpoint=~"$container"';
const OWN = 'monitoring="$monitoring"';
const CHOSEN_EDGES =
  `((${EVERY_EDGE} and on (source) ${endpoints(CHOSEN, "source")}` +
  ` or ${EVERY_EDGE} and on (destination) ${endpoints(CHOSEN, "destination")})` +
  ` unless on (source) ${endpoints(OWN, "source")} unless on (destination) ${endpoints(OWN, "destination")})`;

/** Endpoints under the label name that an edge has for them. */
function endpoints(matchers: string, end: "source" | "destination"): string {
  return `label_join(last_over_time(flow_endpoint_info{${matchers}}${WHOLE}), "${end}", "", "endpoint")`;
}
