import { exporterDown, hasPrometheus, prometheusDown, recordedAt, storeDown } from "./health.ts";
import { missingIn } from "./shapes.ts";
import type { Scope } from "./types.ts";

/** As in the exporter's `outputs/http/replay.ts`. */
const RECORDED_AT = "x-flowtally-recorded-at";

/** A question that got no answer, or one that says no; the message is for people. */
export class ApiError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Asks the exporter for JSON.
 * @throws ApiError UNREACHABLE when it does not answer, else with the code and message it gave; AbortError.
 */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await reach(path, signal);
  const body = await parse(response, signal);
  recordedAt.value = response.headers.get(RECORDED_AT) ?? undefined;
  hasPrometheus.value = recordedAt.value === undefined;
  if (response.ok && body !== undefined) {
    noteUp(path);
    const missing = missingIn(body, path);
    if (missing !== undefined)
      throw new ApiError("BAD_ANSWER", `the exporter’s answer is not whole: ${missing} is missing`);
    noteScope(body);
    return body as T;
  }
  throw refusal(response, body);
}

async function reach(path: string, signal?: AbortSignal): Promise<Response> {
  try {
    return await fetch(path, { headers: { accept: "application/json" }, ...(signal && { signal }) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw unreachable(error);
  }
}

/** Undefined: what came is not JSON. An answer that breaks off is none. */
async function parse(response: Response, signal?: AbortSignal): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    if (signal?.aborted) throw error;
    if (error instanceof SyntaxError) return undefined;
    throw unreachable(error);
  }
}

function unreachable(cause: unknown): ApiError {
  return noteDown(new ApiError("UNREACHABLE", "the exporter does not answer", { cause }));
}

function refusal(response: Response, body: unknown): ApiError {
  const { error } = (body ?? {}) as { error?: { code?: string; message?: string } | string };
  exporterDown.value = undefined;
  if (typeof error === "string") return prometheusRefusal(body);
  const code = error?.code ?? `HTTP_${response.status}`;
  const refused = new ApiError(code, error?.message ?? `the exporter answered with ${response.status}`);
  if (code === "PROMETHEUS_DOWN") prometheusDown.value = refused.message;
  return refused;
}

/** Prometheus' own shape of errors. */
function prometheusRefusal(body: unknown): ApiError {
  const { error, errorType } = body as { error: string; errorType?: string };
  prometheusDown.value = undefined;
  return new ApiError(errorType ?? "QUERY_FAILED", error);
}

function noteUp(path: string): void {
  exporterDown.value = undefined;
  if (path.startsWith("/api/prometheus/")) prometheusDown.value = undefined;
}

/** Only answers that could be of other machines too say whether they are. */
function noteScope(body: unknown): void {
  const { scope } = body as { scope?: Scope };
  if (scope) storeDown.value = scope.reason?.message;
}

function noteDown(error: ApiError): ApiError {
  exporterDown.value = error.message;
  return error;
}
