import type { RequestHandler } from "express";
import type { PrometheusReader } from "../../read/prometheus.ts";
import { sendError } from "./errors.ts";

/** Passes a question on to Prometheus, and its answer back: pages may ask no other host than this one. */
export function askPrometheus(prometheus: PrometheusReader): RequestHandler<{ path: string[] }> {
  return async ({ params, url }, response) => {
    const path = params.path.join("/");
    if (!isQuestion(path)) return sendError(response, 404, "NOT_FOUND", `${path} is not passed on to Prometheus`);
    try {
      const parameters = new URL(url, "http://localhost").searchParams;
      const { status, contentType, body } = await prometheus.get(path, parameters);
      response.status(status).type(contentType).send(body);
    } catch (error) {
      sendError(response, 502, "PROMETHEUS_DOWN", (error as Error).message);
    }
  };
}

/** What reads samples, and nothing else: Prometheus' other paths tell of its host or change it. */
function isQuestion(path: string): boolean {
  return /^(query|query_range|series|label\/[a-zA-Z_][a-zA-Z0-9_]*\/values)$/.test(path);
}
