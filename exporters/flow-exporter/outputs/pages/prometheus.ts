import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";

/** What Prometheus says, as it says it. */
interface PrometheusAnswer {
  status: number;
  contentType: string;
  /** Its end may take as long as the whole answer; it breaks off where that takes too long. */
  body: Readable;
}

export interface PrometheusReader {
  /**
   * Asks one of its `/api/v1/…` paths, until `signal` says that nobody waits for the answer any more.
   * @throws Error with the reason, when it cannot be reached or takes too long.
   */
  get(path: string, parameters: URLSearchParams, signal: AbortSignal): Promise<PrometheusAnswer>;
}

/** Asks the Prometheus at `url`, such as http://prometheus:9090. */
export function createPrometheusReader(url: string, timeoutMs: number): PrometheusReader {
  return {
    get: async (path, parameters, signal) => {
      try {
        const response = await fetch(new URL(`/api/v1/${path}?${parameters}`, url), {
          // Not worth packing on the way between two containers of one machine.
          headers: { "accept-encoding": "identity" },
          signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        });
        const contentType = response.headers.get("content-type") ?? "text/plain";
        return { status: response.status, contentType, body: readable(response) };
      } catch (error) {
        throw new Error(`Prometheus at ${url} does not answer: ${reasonOf(error)}`, { cause: error });
      }
    },
  };
}

function readable({ body }: Response): Readable {
  // The two libraries describe the same class in their own words.
  return body === null ? Readable.from([]) : Readable.fromWeb(body as ReadableStream);
}

/** `fetch` itself only says that it failed. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : message;
}
