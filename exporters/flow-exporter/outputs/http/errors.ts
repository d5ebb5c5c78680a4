import type { ErrorRequestHandler, RequestHandler, Response } from "express";
import type { Logger } from "pino";
import type { Refusal } from "./answers.ts";
import { BadQuery } from "./parameters.ts";

const OTHERS_FIRST = "other large answers are being given: ask again, or for fewer rows";

/** Every error answer of this server has this shape. */
export function sendError(response: Response, status: number, code: string, message: string, more: object = {}): void {
  const refusal: Refusal = { error: { code, message } };
  response.status(status).json({ ...refusal, ...more });
}

/** Others are before this one. */
export function sendBusy(response: Response, retrySeconds: number, message = OTHERS_FIRST): void {
  response.set("retry-after", `${retrySeconds}`);
  sendError(response, 503, "BUSY", message);
}

/** Only GET (and HEAD) are known here. */
export const onlyGet: RequestHandler = (request, response, next) => {
  if (request.method === "GET" || request.method === "HEAD") return next();
  response.set("allow", "GET, HEAD");
  sendError(response, 405, "METHOD_NOT_ALLOWED", `${request.method} is not known here, only GET`);
};

export const notFound: RequestHandler = (request, response) => {
  sendError(response, 404, "NOT_FOUND", `nothing is at ${request.path}`);
};

/** Bad input is the caller's fault and said in full; anything else is ours, and only the log gets it. */
export function onError(log: Pick<Logger, "error">): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    if (error instanceof BadQuery) return sendError(response, 400, "BAD_QUERY", error.message);
    const status = statusOf(error);
    if (status < 500) return sendError(response, status, "BAD_REQUEST", "the request cannot be read");
    log.error(error, "request failed");
    sendError(response, 500, "INTERNAL", "the answer could not be made");
  };
}

function statusOf(error: unknown): number {
  const status = (error as { status?: unknown }).status;
  return typeof status === "number" && status >= 400 ? status : 500;
}
