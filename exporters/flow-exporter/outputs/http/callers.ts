import type { RequestHandler } from "express";
import { sendError } from "./errors.ts";

/** How its own machine, Prometheus and the health check call this server. */
const OWN_NAMES = ["localhost", "127.0.0.1", "[::1]", "flow-exporter"];

/**
 * Answers only those who call this server by one of its names, with any port. A page of any site can have its own name
 * lead here (DNS rebinding), and would then be of the same origin to the browser: only the Host header differs.
 */
export function knownHosts(more: readonly string[]): RequestHandler {
  const names = new Set([...OWN_NAMES, ...more]);
  return (request, response, next) => {
    const name = (request.hostname ?? "").toLowerCase();
    if (names.has(name)) return next();
    const message = `this server is not called "${name}"; if it is, add that to FLOW_ALLOWED_HOSTS in config.monitoring`;
    sendError(response, 403, "HOST_NOT_ALLOWED", message);
  };
}

/** Browsers say where a request comes from; other programs say nothing. */
const OWN_SITES: readonly (string | undefined)[] = [undefined, "none", "same-origin"];

/** Refuses what a page of another origin asks for, whatever it could make of the answer. */
export const ownPages: RequestHandler = (request, response, next) => {
  if (OWN_SITES.includes(request.get("sec-fetch-site"))) return next();
  const message = "a page from elsewhere may not ask this server; open the address itself, in a tab of its own";
  sendError(response, 403, "FOREIGN_PAGE", message);
};
