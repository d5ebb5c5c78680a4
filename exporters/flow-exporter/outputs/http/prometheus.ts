import { pipeline } from "node:stream/promises";
import type { RequestHandler, Response } from "express";
import type { PrometheusReader } from "../pages/prometheus.ts";
import { sendError } from "./errors.ts";
import { checkRange } from "./range.ts";

/** Passes a question on to Prometheus, and its answer back: pages may ask no other host than this one. */
export function askPrometheus(prometheus: PrometheusReader): RequestHandler<{ path: string[] }> {
  return async ({ params, url }, response) => {
    const path = params.path.join("/");
    if (!isQuestion(path)) return sendError(response, 404, "NOT_FOUND", `${path} is not passed on to Prometheus`);
    const parameters = new URL(url, "http://localhost").searchParams;
    if (path === "query_range") checkRange(parameters);
    try {
      const { status, contentType, body } = await prometheus.get(path, parameters, whileOpen(response));
      response.status(status).type(contentType);
      await pipeline(body, response);
    } catch (error) {
      // An answer that broke off half-way has ended the connection, which is all that can be said by then.
      if (!response.headersSent) sendError(response, 502, "PROMETHEUS_DOWN", (error as Error).message);
    }
  };
}

/** What reads samples and firing alerts, and nothing else: Prometheus' other paths show its host or change it. */
function isQuestion(path: string): boolean {
  return /^(query|query_range|series|alerts|label\/[a-zA-Z_][a-zA-Z0-9_]*\/values)$/.test(path);
}

/** Prometheus works on no question whose asker has left. */
function whileOpen(response: Response): AbortSignal {
  const left = new AbortController();
  response.once("close", () => left.abort());
  return left.signal;
}
