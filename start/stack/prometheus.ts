/** What is needed of Prometheus' HTTP API, over fetch. */
export interface Prometheus {
  /** Active targets: job, health ("up", "down", "unknown") and the last scrape's error. */
  targets(): Promise<Target[]>;
  /** Instant query: one entry per series. */
  query(expression: string): Promise<Sample[]>;
}

interface Target {
  job: string;
  health: string;
  lastError: string;
}

interface Sample {
  labels: Record<string, string>;
  value: number;
}

interface TargetsAnswer {
  activeTargets: { labels: { job: string }; health: string; lastError: string }[];
}

interface QueryAnswer {
  result: { metric: Record<string, string>; value: [number, string] }[];
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
      return answer.activeTargets.map(({ labels, health, lastError }) => ({ job: labels.job, health, lastError }));
    },
    query: async (expression) => {
      const answer = await get<QueryAnswer>("/api/v1/query", { query: expression });
      return answer.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
  };
}
