/**
 * Hubble names the ends of a flow in its labels as its user has told it to: with `sourceContext` and `destinationContext` in
 * `source` and `destination`, as `namespace/pod`, `namespace/workload`, a namespace or what else it is told; with `labelsContext`
 * in `source_namespace`, `source_workload` and so on. Here both become `from` and `to`, and what is chosen is chosen by these.
 */

/** Whatever has an end's name in it. */
const END_LABELS = ["source", "destination"].flatMap((end) => [end, `${end}_namespace`, `${end}_workload`]);

/** An end of which neither label says anything: with `sourceContext=pod`, whoever is no pod. */
const UNKNOWN = "not a pod";

/** Kubernetes ends the names of a Deployment's and a CronJob's pods with these letters and digits alone. */
const SAFE = "[b-df-hj-np-tv-xz24-9]";
const OF_A_POD = `(?:${SAFE}{8,10}|[0-9]{8})-${SAFE}{5}`;

type End = "source" | "destination";
type Names = (vector: string, end: End, as: string) => string;

/** The namespaces of both ends of what is counted, as `from` and `to`. @param counted an instant vector of Hubble's */
export function namespaces(counted: string, labels: readonly string[] = [], isAnswer = false): string {
  return named(counted, labels, namespaceOf, isAnswer);
}

/** The workloads of both ends, as `namespace/workload`; else whatever `source` and `destination` say. */
export function workloads(counted: string, labels: readonly string[] = [], isAnswer = false): string {
  return named(counted, labels, workloadOf, isAnswer);
}

/**
 * Of `vector` the series that match all of `patterns`, by label. A matcher cannot do that, as these labels are made here: so
 * the series that match get a label that one series alone has, and are joined with it.
 */
export function matching(vector: string, patterns: Readonly<Record<string, string>>): string {
  const marks = Object.entries(patterns).map(([label, pattern]) => ({ mark: `is_${label}`, label, pattern }));
  const marked = marks.reduce((of, { mark, label, pattern }) => replaced(of, mark, "yes", label, pattern), vector);
  const chosen = marks.reduce((of, { mark }) => replaced(of, mark, "yes", "", ""), "vector(1)");
  return `(${marked} and on (${marks.map(({ mark }) => mark).join(", ")}) ${chosen})`;
}

/** Of `vector` the series with at least one end that matches. */
export function withEnd(vector: string, pattern: string): string {
  const marked = ["from", "to"].reduce((of, label) => replaced(of, "is_chosen", "yes", label, pattern), vector);
  return `(${marked} and on (is_chosen) ${replaced("vector(1)", "is_chosen", "yes", "", "")})`;
}

/** Summed up before it is named: there are fewer series then. @param isAnswer its source is the end that was asked */
function named(counted: string, labels: readonly string[], names: Names, isAnswer: boolean): string {
  const sums = `sum by (${[...END_LABELS, ...labels].join(",")}) (${counted})`;
  const [from, to]: [End, End] = isAnswer ? ["destination", "source"] : ["source", "destination"];
  return names(names(sums, from, "from"), to, "to");
}

const namespaceOf: Names = (vector, end, as) => {
  const byContext = replaced(vector, as, "$1", end, "([^/]*)(?:/.*)?");
  return orUnknown(replaced(byContext, as, "$1", `${end}_namespace`, "(.+)"), as);
};

const workloadOf: Names = (vector, end, as) => {
  const asIs = replaced(vector, as, "$1", end, "(.*)");
  const byPod = replaced(asIs, as, "$1", end, `(.+)-${OF_A_POD}`);
  const joined = `label_join(${byPod}, "${as}_labels", "/", "${end}_namespace", "${end}_workload")`;
  return orUnknown(replaced(joined, as, "$1", `${as}_labels`, "/?(.*[^/])"), as);
};

function orUnknown(vector: string, label: string): string {
  return replaced(vector, label, UNKNOWN, label, "");
}

function replaced(vector: string, label: string, by: string, of: string, pattern: string): string {
  return `label_replace(${vector}, "${label}", "${by}", "${of}", "${pattern}")`;
}
