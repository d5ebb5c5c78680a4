import express, { type Express } from "express";
import type { Logger } from "pino";
import type { Metrics } from "../metrics.ts";
import type { View } from "../view.ts";
import { containers } from "./containers.ts";
import { notFound, onError, onlyGet } from "./errors.ts";
import { flows } from "./flows.ts";
import { graph } from "./graph.ts";
import { health } from "./health.ts";

/** The HTTP interface. */
export function createApp(view: View, metrics: Metrics, log: Pick<Logger, "error">): Express {
  const app = express();
  app.disable("x-powered-by");
  app.use(onlyGet);
  app.get("/metrics", async (_request, response) => {
    response.type(metrics.contentType).send(await metrics.text());
  });
  app.get("/healthz", health(view));
  app.get("/api/flows", flows(view));
  app.get("/api/graph", graph(view));
  app.get("/api/containers", containers(view));
  app.use(notFound);
  app.use(onError(log));
  return app;
}
