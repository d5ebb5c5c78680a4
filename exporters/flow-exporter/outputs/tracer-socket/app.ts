import { finished } from "node:stream";
import express, { type Express, type RequestHandler, type Response } from "express";
import type { Logger } from "pino";
import { z } from "zod";
import { notFound, onError, onlyGet, sendError } from "../http/errors.ts";
import { readParameters } from "../http/parameters.ts";
import { cutOffAfter, listed, streamJson } from "../http/stream.ts";
import type { Answer, Clients } from "./clients.ts";

const PATIENCE_MS = 30_000;

const query = z.object({
  client_id: z
    .string("must be given: what came since your last answer is told by it")
    .regex(/^[\w.:-]{1,64}$/, "must be 1–64 letters, digits or any of _ . : -"),
});

export interface ServedState {
  clients: Clients;
  /** How long ago the machine booted, milliseconds. */
  sinceBootMs(): number;
  /** Whether rows come in, and why not. */
  tracer: { readonly up: boolean | undefined; readonly reason: string };
  node: string;
  version: string;
}

/** The HTTP interface of the tracer socket. */
export function createSocketApp(state: ServedState, log: Pick<Logger, "error">): Express {
  const app = express();
  app.disable("x-powered-by");
  app.use(onlyGet);
  app.get("/connections", connections(state));
  app.get("/status", status(state));
  app.use(notFound);
  app.use(onError(log));
  return app;
}

function connections({ clients, sinceBootMs }: ServedState): RequestHandler {
  return async (request, response) => {
    // A HEAD would take what is new without telling it.
    if (request.method !== "GET") return sendError(response, 405, "METHOD_NOT_ALLOWED", "only GET is known here");
    const { client_id: id } = readParameters(query, request.query);
    const answer = clients.answer(id, performance.now(), sinceBootMs() * 1e6);
    if (answer === "too many clients") {
      const message = "there are as many clients as there is room for: one leaves two minutes after its last request";
      return sendError(response, 503, "TOO_MANY_CLIENTS", message);
    }
    if (answer === "asked twice") {
      return sendError(response, 409, "ASKED_TWICE", `client ${id} is being answered: ask again after that`);
    }
    settle(response, answer);
    cutOffAfter(PATIENCE_MS, response);
    await streamJson(response, pieces(answer));
  };
}

/** What a client has not got it is told again: only an answer that went out as a whole counts. */
function settle(response: Response, answer: Answer): void {
  finished(response, (error) => {
    if (!error) answer.delivered();
    answer.end();
  });
}

function* pieces({ connections: all }: Answer): Generator<string> {
  yield '{"connections":[';
  yield* listed(all, (one) => one);
  yield "]}";
}

function status({ clients, tracer, node, version }: ServedState): RequestHandler {
  return (_request, response) => {
    const { up = null, reason } = tracer;
    response.json({ version, node, up, reason, clients: clients.status(performance.now()) });
  };
}
