import { METRICS, type Metric } from "./query.ts";

/** A counter as it is now. */
export interface Sample {
  metric: Metric;
  labels: Labels;
  value: number;
}

export type Labels = Readonly<Record<string, string>>;

export interface Samples {
  samples: readonly Sample[];
  /** How many made no sense. */
  bad: number;
}

const PREFIX = "hubble_";
const KNOWN: ReadonlySet<string> = new Set(METRICS);
/** Longer than any name of Kubernetes with its namespace. */
const MAX_TEXT = 256;

/**
 * What Prometheus has answered to an instant query. Labels are whatever somebody has written: control characters, which could
 * forge other names' ends, and those that turn round what stands beside them go, and a text that is too long is cut.
 * @throws Error with the reason where it is no answer to one
 */
export function readSamples(text: string): Samples {
  const result = resultOf(parse(text));
  const samples = result.flatMap((one) => sampleOf(one) ?? []);
  return { samples, bad: result.length - samples.length };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("Prometheus' answer is no JSON");
  }
}

function resultOf(body: unknown): readonly unknown[] {
  const { status, error, data } = objectOf(body);
  if (status !== "success") throw new Error(`Prometheus refuses the question: ${String(error).slice(0, MAX_TEXT)}`);
  const { resultType, result } = objectOf(data);
  if (resultType !== "vector" || !Array.isArray(result)) throw new Error("Prometheus' answer is no vector");
  return result;
}

function sampleOf(one: unknown): Sample | undefined {
  const { metric, value } = objectOf(one);
  const { __name__: name, ...labels } = textsOf(objectOf(metric));
  const short = name?.startsWith(PREFIX) ? name.slice(PREFIX.length) : "";
  const count = Array.isArray(value) && typeof value[1] === "string" ? Number(value[1]) : Number.NaN;
  if (!isMetric(short) || !Number.isFinite(count) || count < 0) return undefined;
  return { metric: short, labels, value: count };
}

function isMetric(name: string): name is Metric {
  return KNOWN.has(name);
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** Without those that are empty, which is what a label is that is not there. */
function textsOf(values: Record<string, unknown>): Record<string, string> {
  const texts: Record<string, string> = Object.create(null);
  for (const [key, value] of Object.entries(values)) {
    const text =
      typeof value === "string"
        ? value
            .toWellFormed()
            .replace(/[\p{Cc}\p{Bidi_Control}]+/gu, " ")
            .slice(0, MAX_TEXT)
        : "";
    if (text !== "") texts[key] = text;
  }
  return texts;
}
