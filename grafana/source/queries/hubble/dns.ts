import { largest, RATE, WHOLE } from "../select.ts";
import { matching, namespaces } from "./ends.ts";

const QUERIES = 'hubble_dns_queries_total{node=~"$node"}';
const ANSWERS = 'hubble_dns_responses_total{node=~"$node"}';
/** As Hubble spells the code 0; what is counted here is every other. */
const FAILED = 'hubble_dns_responses_total{rcode!~"No Error|",node=~"$node"}';
const TYPES = 'hubble_dns_response_types_total{node=~"$node"}';
const SHOWN = 12;
const TABLE_ROWS = 50;
/** Whoever asked: of an answer, its destination. */
const CHOSEN = { from: "$namespace" };

const queried = (counted: string, ...labels: string[]) => matching(namespaces(counted, labels), CHOSEN);
const answered = (counted: string, ...labels: string[]) => matching(namespaces(counted, labels, true), CHOSEN);

function sum(labels: readonly string[], vector: string): string {
  return labels.length === 0 ? `sum(${vector})` : `sum by (${labels.join(", ")}) (${vector})`;
}

const allQueries = (span: string, labels: readonly string[]) =>
  sum(labels, queried(`rate(${QUERIES}${span})`, ...own(labels)));
const allAnswers = (span: string, labels: readonly string[]) =>
  sum(labels, answered(`rate(${ANSWERS}${span})`, ...own(labels)));
const failed = (span: string, labels: readonly string[]) =>
  sum(labels, answered(`rate(${FAILED}${span})`, ...own(labels)));

/** Those that are the counter's, and not made here. */
function own(labels: readonly string[]): string[] {
  return labels.filter((label) => label !== "from" && label !== "to");
}

function busiest(labels: readonly string[], of: (span: string, labels: readonly string[]) => string): string {
  return largest(SHOWN, labels.join(", "), of(RATE, labels), `${of(WHOLE, labels)} > 0`);
}

export const queries = allQueries(RATE, []);
export const answers = allAnswers(RATE, []);
/** What was asked and not answered; not less than none, as an answer may be counted in the scrape after its query's. */
export const missing = missingOf(RATE, []);
/** Nothing failed where there are answers, and none with such a code. */
export const errorRatio = `(${failed(RATE, [])} or 0 * ${answers}) / (${answers} > 0)`;
export const clients = `count(${allQueries(WHOLE, ["from"])} > 0)`;

export const queriesByClient = busiest(["from"], allQueries);
export const missingByClient = largest(SHOWN, "from", missingOf(RATE, ["from"]), `${allQueries(WHOLE, ["from"])} > 0`);
export const queriesByServer = busiest(["to"], allQueries);
export const byCode = allAnswers(RATE, ["rcode"]);
export const failedByClient = busiest(["from", "rcode"], failed);
export const byQueryType = allQueries(RATE, ["qtypes"]);
export const byAnswerType = sum(["type"], answered(`rate(${TYPES}${RATE})`, "type"));

/** Without option `query` Hubble does not say what was asked for. */
const withName = (counter: string) => counter.replace("{", '{query!="",');
const byNameOf = (span: string) => sum(["query"], queried(`rate(${withName(QUERIES)}${span})`, "query"));
const answersByName = (counter: string) => sum(["query"], answered(`rate(${withName(counter)}[$__range])`, "query"));
export const byName = largest(SHOWN, "query", byNameOf(RATE), `${byNameOf(WHOLE)} > 0`);

/** One row for each name that was asked for most. */
const ofNames = (shown: string) => `${shown} and on (query) topk(${TABLE_ROWS}, ${byNameOf(WHOLE)} > 0)`;
export const names = {
  queries: ofNames(byNameOf("[$__range]")),
  answers: ofNames(answersByName(ANSWERS)),
  failed: ofNames(`(${answersByName(FAILED)} or 0 * ${answersByName(ANSWERS)})`),
};

function missingOf(span: string, labels: readonly string[]): string {
  const asked = allQueries(span, labels);
  return `clamp_min(${asked} - (${allAnswers(span, labels)} or 0 * ${asked}), 0)`;
}
