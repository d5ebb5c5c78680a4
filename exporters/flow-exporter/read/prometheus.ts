/** What Prometheus said, as it said it. */
interface PrometheusAnswer {
  status: number;
  contentType: string;
  body: string;
}

export interface PrometheusReader {
  /**
   * Asks one of its `/api/v1/…` paths.
   * @throws Error with the reason, when it cannot be reached or takes too long.
   */
  get(path: string, parameters: URLSearchParams): Promise<PrometheusAnswer>;
}

/** Asks the Prometheus at `url`, such as http://prometheus:9090. */
export function createPrometheusReader(url: string, timeoutMs: number): PrometheusReader {
  return {
    get: async (path, parameters) => {
      try {
        const target = new URL(`/api/v1/${path}?${parameters}`, url);
        const response = await fetch(target, { signal: AbortSignal.timeout(timeoutMs) });
        const contentType = response.headers.get("content-type") ?? "text/plain";
        return { status: response.status, contentType, body: await response.text() };
      } catch (error) {
        throw new Error(`Prometheus at ${url} does not answer: ${reasonOf(error)}`, { cause: error });
      }
    },
  };
}

/** `fetch` itself only says that it failed. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : message;
}
