import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { schedule } from "node-cron";
import type { Logger } from "pino";
import { Collector } from "./collector.ts";
import { Metadata } from "./metadata.ts";
import { createApp } from "./outputs/http/app.ts";
import { createMetrics } from "./outputs/metrics.ts";
import type { View } from "./outputs/view.ts";
import manifest from "./package.json" with { type: "json" };
import type { DockerReader } from "./read/docker.ts";
import type { Host } from "./read/host.ts";
import type { Tracer } from "./read/tracer.ts";
import type { Settings } from "./settings.ts";
import { SourceHealth } from "./source-health.ts";

export interface Sources {
  tracer: Tracer;
  docker: DockerReader;
  host: Host;
}

export interface Exporter {
  /** Where it listens. */
  port: number;
  stop(): Promise<void>;
}

/** Starts collecting and serving. @throws the system's error when the port cannot be had. */
export async function startExporter(settings: Settings, sources: Sources, log: Logger): Promise<Exporter> {
  const tracerHealth = new SourceHealth("flow-tracer", log);
  const dockerHealth = new SourceHealth("docker", log);
  const metadata = new Metadata(sources.docker, dockerHealth);
  const collector = new Collector({ ...sources, metadata, health: tracerHealth, maxEdges: settings.maxEdges });
  const view = createView(settings, collector, tracerHealth, dockerHealth);

  const server = await listen(createServer(createApp(view, createMetrics(view), log)), settings.port);
  const stopped = new AbortController();
  await metadata.refresh();
  void metadata.follow(stopped.signal);
  const refresh = schedule(everySeconds(settings.refreshSeconds), () => {
    collector.maintain();
    return metadata.refresh();
  });
  const cycle = startCycle(collector, settings.collectSeconds);

  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      stopped.abort();
      clearInterval(cycle);
      await refresh.destroy();
      await close(server);
    },
  };
}

function createView(settings: Settings, collector: Collector, tracer: SourceHealth, docker: SourceHealth): View {
  return {
    flows: () => collector.table.flows,
    edges: () => collector.totals,
    tracer,
    docker,
    collectSeconds: () => collector.seconds,
    rows: () => collector.rows,
    lostFlows: () => collector.lostFlows.total,
    droppedEdges: () => collector.totals.droppedEdges,
    node: settings.node,
    leftOut: settings.leftOut,
    version: manifest.version,
    usage: processUsage,
  };
}

/** The roles of sockets that are older than the tracer are only settled by the second look at the owners. */
function startCycle(collector: Collector, seconds: number): NodeJS.Timeout {
  collector.maintain();
  collector.maintain();
  collector.collect();
  return setInterval(() => collector.collect(), seconds * 1000);
}

function everySeconds(seconds: number): string {
  return seconds === 60 ? "0 * * * * *" : `*/${seconds} * * * * *`;
}

async function listen(server: Server, port: number): Promise<Server> {
  server.listen(port);
  await once(server, "listening");
  return server;
}

async function close(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

function processUsage() {
  const { user, system } = process.cpuUsage();
  return { cpuSeconds: (user + system) / 1e6, residentBytes: process.memoryUsage.rss() };
}
