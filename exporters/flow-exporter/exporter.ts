import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { schedule } from "node-cron";
import type { Logger } from "pino";
import { Collector } from "./collector.ts";
import { workOf } from "./join/work.ts";
import { Metadata } from "./metadata.ts";
import { createApp } from "./outputs/http/app.ts";
import { createMetrics } from "./outputs/metrics.ts";
import type { Pages } from "./outputs/pages.ts";
import type { View } from "./outputs/view.ts";
import manifest from "./package.json" with { type: "json" };
import { Persistence } from "./persistence.ts";
import type { DockerReader } from "./read/docker.ts";
import type { Host } from "./read/host.ts";
import type { StateFile } from "./read/state-file.ts";
import type { Tracer } from "./read/tracer.ts";
import type { Settings } from "./settings.ts";
import { createHealths, type Healths } from "./source-health.ts";
import { StartWatch } from "./start-watch.ts";

export interface Sources {
  tracer: Tracer;
  docker: DockerReader;
  host: Host;
  /** Where the totals are kept over a restart. */
  state?: StateFile | undefined;
  pages?: Pages;
}

export interface Exporter {
  /** Where it listens. */
  port: number;
  stop(): Promise<void>;
}

/** Starts collecting and serving. @throws the system's error when the port cannot be had. */
export async function startExporter(settings: Settings, sources: Sources, log: Logger): Promise<Exporter> {
  const healths = createHealths(log);
  const persistence = new Persistence(sources.state, healths.state, log);
  const metadata = new Metadata(sources.docker, healths.docker);
  const before = persistence.load();
  const collector = new Collector({
    ...sources,
    metadata,
    healths,
    maxEdges: settings.maxEdges,
    udp: settings.udp,
    before,
  });
  const view = createView(settings, { collector, metadata, healths, host: sources.host });

  const server = await listen(
    createServer(createApp(view, createMetrics(view), sources.pages ?? {}, log)),
    settings.port,
  );
  const stopped = new AbortController();
  await metadata.refresh();
  const starts = new StartWatch(collector);
  void metadata.follow(stopped.signal, starts, healths.dockerEvents);
  const refresh = schedule(everySeconds(settings.refreshSeconds), () => {
    collector.maintain();
    return metadata.refresh();
  });
  const cycle = startCycle(collector, persistence, settings.collectSeconds);

  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      stopped.abort();
      clearInterval(cycle);
      starts.stop();
      persistence.save(collector);
      await refresh.destroy();
      await close(server);
    },
  };
}

interface Shown {
  collector: Collector;
  metadata: Metadata;
  healths: Healths;
  host: Host;
}

function createView(settings: Settings, { collector, metadata, healths, host }: Shown): View {
  return {
    flows: () => collector.flowsOfLate(),
    workOf: (flow) => workOf(flow, collector.history),
    work: () => collector.work,
    containers: () => metadata.containers,
    coverage: () => collector.coverage.ratio,
    bootMs: () => Date.now() - host.bootTimeNs() / 1e6,
    project: settings.project,
    edges: () => collector.totals,
    programs: () => collector.programs,
    tracer: healths.tracer,
    status: () => (healths.tracer.up ? collector.status : undefined),
    sources: Object.values(healths),
    collectSeconds: () => collector.seconds,
    rows: () => collector.rows,
    lostFlows: () => collector.lostFlows.state.total,
    droppedEdges: () => collector.totals.droppedEdges,
    unseenSeconds: () => collector.unseen.seconds,
    node: settings.node,
    leftOut: settings.leftOut,
    version: manifest.version,
    usage: processUsage,
  };
}

/** The roles of sockets that are older than the tracer are only settled by the second look at the owners. */
function startCycle(collector: Collector, persistence: Persistence, seconds: number): NodeJS.Timeout {
  const cycle = () => {
    collector.collect();
    persistence.keep(collector, performance.now());
  };
  collector.maintain();
  collector.maintain();
  cycle();
  return setInterval(cycle, seconds * 1000);
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
