import { reasonOf } from "../errors.ts";

/** The largest ones published have some hundred kilobytes. */
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * What is at a URL, as JSON. Redirects are followed, and with NODE_USE_ENV_PROXY, as package.json sets it, the proxies that the
 * environment names are taken.
 * @throws Error with the reason in one line
 */
export async function fetchJson(url: string, timeoutMs: number, signal: AbortSignal): Promise<unknown> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const text = await fetchText(url, AbortSignal.any([signal, timeout])).catch((error: unknown) => {
    signal.throwIfAborted();
    if (timeout.aborted) throw new Error(`no whole answer within ${timeoutMs / 1000} s`, { cause: error });
    // fetch itself only says that it failed.
    throw error instanceof TypeError && error.cause !== undefined
      ? new Error(reasonOf(error.cause), { cause: error })
      : error;
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error("its answer is no JSON", { cause: error });
  }
}

async function fetchText(url: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(url, { headers: { accept: "application/json" }, signal });
  if (response.ok) return textOf(response);
  await response.body?.cancel();
  throw new Error(response.status === 404 ? "there is none of this number (404)" : `it answers ${response.status}`);
}

async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`its answer is larger than ${MAX_BYTES / 1024 / 1024} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
