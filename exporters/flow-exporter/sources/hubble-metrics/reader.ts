export interface MetricsReader {
  /** What Prometheus answers to an instant query. @throws Error with the reason where it does not, or says too much. */
  ask(query: string, signal: AbortSignal): Promise<string>;
}

interface Bounds {
  timeoutMs: number;
  maxBytes: number;
}

/** Asks the Prometheus at `url`, such as http://prometheus:9090. */
export function createMetricsReader(url: string, { timeoutMs, maxBytes }: Bounds): MetricsReader {
  return {
    ask: async (query, signal) => {
      const until = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      try {
        const response = await fetch(new URL("/api/v1/query", url), {
          method: "POST",
          body: new URLSearchParams({ query }),
          headers: { "accept-encoding": "identity" },
          signal: until,
        });
        // Of a question that makes no sense it says in JSON what is wrong with it.
        const isAnswer = response.headers.get("content-type")?.startsWith("application/json");
        if (response.ok || isAnswer) return await bounded(response, maxBytes);
        await response.body?.cancel();
        throw new Error(`it answers with status ${response.status}`);
      } catch (error) {
        throw new Error(`Prometheus at ${url}: ${reasonOf(error)}`, { cause: error });
      }
    },
  };
}

async function bounded(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop ends the connection.
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`its answer is larger than ${maxBytes / 1024 ** 2} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** `fetch` itself only says that it failed. */
function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error;
  if (name === "TimeoutError") return "it does not answer in time";
  if (!(cause instanceof Error)) return message;
  return `it does not answer: ${(cause as NodeJS.ErrnoException).code ?? cause.message}`;
}
