import { reasonOf, StartError } from "../errors.ts";

/** What is needed of Prometheus' HTTP API, over fetch. */
export interface Prometheus {
  /** Active targets: job, health ("up", "down", "unknown") and the last scrape's error. */
  targets(): Promise<Target[]>;
  /** Instant query: one entry per series. */
  query(expression: string): Promise<Sample[]>;
  /** What was scraped of a selector in the last seconds: one entry per series, nothing interpolated. */
  history(selector: string, seconds: number): Promise<Series[]>;
}

interface Target {
  job: string;
  /** Of a cluster with Cilium; undefined for services of the stack. */
  node: string | undefined;
  health: string;
  lastError: string;
}

interface Sample {
  labels: Record<string, string>;
  value: number;
}

/** One reading of one series. */
interface Reading {
  /** Seconds since the epoch. */
  at: number;
  value: number;
}

/** The readings of one series, oldest first. */
export type Series = readonly Reading[];

interface TargetsAnswer {
  activeTargets: { labels: { job: string; node?: string }; health: string; lastError: string }[];
}

interface QueryAnswer {
  result: { metric: Record<string, string>; value: [number, string] }[];
}

interface HistoryAnswer {
  result: { values: [number, string][] }[];
}

/** The named error for a Prometheus that does not answer. */
export function noPrometheus(error: unknown): StartError {
  // fetch itself only says that it failed.
  const reason = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return new StartError(
    "NO_PROMETHEUS",
    {
      what: "Prometheus does not answer",
      why: reasonOf(reason),
      fix: "run `npm start`; `npm run status` shows what is running",
    },
    { cause: error },
  );
}

export function prometheusAt(url: string): Prometheus {
  const get = async <T>(path: string, parameters: Record<string, string>): Promise<T> => {
    const response = await fetch(`${url}${path}?${new URLSearchParams(parameters)}`, {
      signal: AbortSignal.timeout(5000),
    });
    if (!response.ok) throw new Error(`Prometheus answered ${response.status}: ${await response.text()}`);
    return ((await response.json()) as { data: T }).data;
  };
  return {
    targets: async () => {
      const answer = await get<TargetsAnswer>("/api/v1/targets", { state: "active" });
      return answer.activeTargets.map(({ labels, health, lastError }) => ({
        job: labels.job,
        node: labels.node,
        health,
        lastError,
      }));
    },
    query: async (expression) => {
      const answer = await get<QueryAnswer>("/api/v1/query", { query: expression });
      return answer.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    history: async (selector, seconds) => {
      const answer = await get<HistoryAnswer>("/api/v1/query", { query: `${selector}[${seconds}s]` });
      return answer.result.map(({ values }) => values.map(([at, value]) => ({ at, value: Number(value) })));
    },
  };
}
