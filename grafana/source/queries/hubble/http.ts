import { largest, RATE, WHOLE } from "../select.ts";
import { matching, workloads } from "./ends.ts";

/** One request is told of twice where both ends' proxies see it, by each as who it is. */
const REQUESTS = 'hubble_http_requests_total{reporter=~"$reporter",node=~"$node"}';
/** Those of `httpV2` say how they were answered. */
const ANSWERED = 'hubble_http_requests_total{reporter=~"$reporter",node=~"$node",status!=""}';
/** Those of the older `http` say nothing of it: its answers do, with the server as their source. */
const ANSWERS = 'hubble_http_responses_total{reporter=~"$reporter",node=~"$node"}';
const BUCKETS = 'hubble_http_request_duration_seconds_bucket{reporter=~"$reporter",node=~"$node"}';
const SHOWN = 12;
const TABLE_ROWS = 50;
const CHOSEN = { from: "$client", to: "$workload" };

function chosen(counted: string, ...labels: string[]): string {
  return matching(workloads(counted, labels), CHOSEN);
}

function sum(labels: readonly string[], vector: string): string {
  return labels.length === 0 ? `sum(${vector})` : `sum by (${labels.join(", ")}) (${vector})`;
}

const asked = (span: string, labels: readonly string[]) => sum(labels, chosen(`rate(${REQUESTS}${span})`));

/** @param answer matchers of its status */
function answered(span: string, labels: readonly string[], answer = ""): string {
  const rateOf = (counter: string) => `rate(${counter.replace("}", `${answer}}`)}${span})`;
  const all = `(${workloads(rateOf(ANSWERED), ["status"])} or ${workloads(rateOf(ANSWERS), ["status"], true)})`;
  return sum(labels, matching(all, CHOSEN));
}

const FAILED = ',status=~"5.."';

/** Nothing failed where there are requests, and no answer of that class. */
function errorRatioOf(span: string, labels: readonly string[]): string {
  const failed = `(${answered(span, labels, FAILED)} or 0 * ${asked(span, labels)})`;
  return `${failed} / (${answered(span, labels)} > 0)`;
}

function quantile(share: number, span: string, labels: readonly string[] = []): string {
  return `histogram_quantile(${share}, ${sum([...labels, "le"], chosen(`rate(${BUCKETS}${span})`, "le"))})`;
}

/** Of each, what the workloads that answer most have. */
function ofBusiest(labels: readonly string[], shown: string): string {
  return largest(SHOWN, labels.join(", "), shown, `${asked(WHOLE, labels)} > 0`);
}

export const requests = asked(RATE, []);
export const errorRatio = errorRatioOf(RATE, []);
/** By the share of requests that took no longer. */
export const latencies = [0.5, 0.95, 0.99].map((share) => ({ share, expr: quantile(share, RATE) }));
/** How many answer, of those that were asked within the time shown. */
export const servers = `count(${asked(WHOLE, ["to"])} > 0)`;

export const byServer = ofBusiest(["to"], asked(RATE, ["to"]));
export const byClient = ofBusiest(["from"], asked(RATE, ["from"]));
export const byMethod = sum(["method"], chosen(`rate(${REQUESTS}${RATE})`, "method"));
/** By the first digit of the status. */
export const byClass = `sum by (class) (label_replace(${answered(RATE, ["status"])}, "class", "$1", "status", "(.).*"))`;
export const failedByStatus = answered(RATE, ["status"], ',status=~"[45].."');
export const errorRatioByServer = ofBusiest(["to"], errorRatioOf(RATE, ["to"]));
export const slowestByServer = ofBusiest(["to"], quantile(0.95, RATE, ["to"]));
export const durations = sum(["le"], chosen(`rate(${BUCKETS}${RATE})`, "le"));

/** One row for each pair, the busiest. */
const rows = ["from", "to"];
const ofRows = (shown: string) => `${shown} and on (from, to) topk(${TABLE_ROWS}, ${asked(WHOLE, rows)} > 0)`;
export const pairs = {
  requests: ofRows(asked("[$__range]", rows)),
  errorRatio: ofRows(errorRatioOf("[$__range]", rows)),
  median: ofRows(quantile(0.5, "[$__range]", rows)),
  p95: ofRows(quantile(0.95, "[$__range]", rows)),
  p99: ofRows(quantile(0.99, "[$__range]", rows)),
};
