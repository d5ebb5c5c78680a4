import express, { type Express, type RequestHandler } from "express";
import type { Logger } from "pino";
import type { AllNodes } from "../nodes/all-nodes.ts";
import type { Pages } from "../pages/pages.ts";
import type { Metrics } from "../prometheus/metrics.ts";
import type { View } from "../view.ts";
import { knownHosts, ownPages } from "./callers.ts";
import { consolePage } from "./console.ts";
import { containers } from "./containers.ts";
import { dashboard, dashboards } from "./dashboards.ts";
import { dataset } from "./dataset.ts";
import { notFound, onError, onlyGet, sendBusy } from "./errors.ts";
import { flows } from "./flows.ts";
import { Gate } from "./gate.ts";
import { graph } from "./graph.ts";
import { secured } from "./headers.ts";
import { health } from "./health.ts";
import { askPrometheus } from "./prometheus.ts";
import { markReplay } from "./replay.ts";
import { metadata, type StoreReader, transactions } from "./store.ts";
import { cutOffAfter } from "./stream.ts";
import { inTurn } from "./turns.ts";

/** A page takes the database's time, which is the writer's first. */
const STORE_TURNS = { atOnce: 2, waiting: 16, waitMs: 10_000 };
/** Each question costs Prometheus memory; a page of the console asks up to six at once. */
const PROMETHEUS_TURNS = { atOnce: 2, waiting: 64, waitMs: 20_000 };

interface Options {
  pages: Pages;
  /** Names that this server is called by, besides its own. */
  allowedHosts: readonly string[];
  /** What outlives the exporter; left out: there is none. */
  store?: StoreReader | undefined;
  /** What knows of all nodes; left out: no store is shared. */
  nodes?: AllNodes | undefined;
  log: Pick<Logger, "error">;
}

/** Prometheus ends a scrape after four seconds; what is being scraped is in memory as a whole. */
const SCRAPE_PATIENCE_MS = 10_000;
const MOST_SCRAPES = 3;

/** The HTTP interface; parts of `pages` that are not there are not served. */
export function createApp(view: View, metrics: Metrics, options: Options): Express {
  const { pages, allowedHosts, store, nodes, log } = options;
  const app = express();
  app.disable("x-powered-by");
  app.use(secured, knownHosts(allowedHosts), onlyGet);
  app.use("/api", ownPages);
  app.use(markReplay(view));
  const scrapes = new Gate(MOST_SCRAPES);
  app.get("/metrics", async (_request, response) => {
    if (!scrapes.enter(response)) return sendBusy(response, 1);
    cutOffAfter(SCRAPE_PATIENCE_MS, response);
    // `send` would hash all of it for an ETag that no scraper asks for.
    response.type(metrics.contentType).end(await metrics.text());
  });
  app.get("/healthz", health(view));
  const large = new Gate(1);
  const storeTurns = inTurn(STORE_TURNS);
  app.get("/api/flows", nodes ? onlyOfAll(storeTurns) : [], flows(view, large, nodes));
  app.get("/api/graph", graph(view, large, nodes));
  app.get("/api/containers", containers(view, nodes));
  app.get("/api/transactions", storeTurns, transactions(store));
  app.get("/api/metadata", storeTurns, metadata(store));
  app.get("/api/dataset.csv", storeTurns, dataset(store, large));
  servePages(app, pages);
  app.use(notFound);
  app.use(onError(log));
  return app;
}

/** For questions that the store must answer; those about this node cost it nothing. */
function onlyOfAll(handler: RequestHandler): RequestHandler {
  return (request, response, next) => (request.query.nodes === "all" ? handler(request, response, next) : next());
}

function servePages(app: Express, { console, dashboards: folder, prometheus }: Pages): void {
  if (console !== undefined) app.use(consolePage(console));
  if (folder !== undefined) {
    app.get("/api/dashboards", dashboards(folder));
    app.get("/api/dashboards/:uid", dashboard(folder));
  }
  if (prometheus !== undefined) {
    app.get("/api/prometheus/*path", inTurn(PROMETHEUS_TURNS), askPrometheus(prometheus));
  }
}
