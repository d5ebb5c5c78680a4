import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getHeapStatistics } from "node:v8";
import type { Logger } from "pino";
import { Collector } from "./collector.ts";
import { DailyReport } from "./daily-report.ts";
import { Metadata } from "./metadata.ts";
import { createApp } from "./outputs/http/app.ts";
import { boundConnections } from "./outputs/http/connections.ts";
import type { Pages } from "./outputs/pages.ts";
import { processMetrics } from "./outputs/prometheus/definitions/process.ts";
import { createMetrics } from "./outputs/prometheus/metrics.ts";
import type { View } from "./outputs/view.ts";
import manifest from "./package.json" with { type: "json" };
import { Persistence } from "./persistence.ts";
import type { DockerReader } from "./read/docker.ts";
import type { Host } from "./read/host.ts";
import type { StateFile } from "./read/state-file.ts";
import type { Tracer } from "./read/tracer.ts";
import { RingWatch } from "./ring-watch.ts";
import { roomIn } from "./room.ts";
import type { Settings } from "./settings.ts";
import { createHealths, type Healths } from "./source-health.ts";
import { StartWatch } from "./start-watch.ts";
import type { ClockSteps } from "./totals/clock-steps.ts";

const LOOK_AT_RING_MS = 250;
/** Of what clients may keep open. */
const BOUNDS = { headersTimeout: 10_000, requestTimeout: 15_000, connectionsCheckingInterval: 5_000 };
const MOST_CONNECTIONS = 256;

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
  const room = roomIn(getHeapStatistics().heap_size_limit, () => getHeapStatistics().used_heap_size);
  const collector = new Collector({
    ...sources,
    room,
    metadata,
    healths,
    limits: settings,
    udp: settings.udp,
    before,
    onClockStep: (seconds) => {
      log.warn({ seconds }, "somebody has set this machine's clock");
      void report.reschedule();
    },
  });
  const report = new DailyReport(() => shortfalls(collector), log);
  const view = createView(settings, { collector, metadata, healths, host: sources.host, persistence });

  const { allowedHosts } = settings;
  const metrics = createMetrics(view, processMetrics());
  const app = createApp(view, metrics, { pages: sources.pages ?? {}, allowedHosts, log });
  const server = await listen(createServer(BOUNDS, app), settings.port);
  const stopped = new AbortController();
  await metadata.refresh();
  const starts = new StartWatch(collector);
  void metadata.follow(stopped.signal, starts, healths.dockerEvents);
  // A timer goes by time since boot, whatever happens to the clock on the wall.
  const refresh = setInterval(() => {
    collector.maintain();
    void metadata.refresh();
  }, settings.refreshSeconds * 1000);
  const stopCycles = startCycles(
    { collector, persistence, ring: new RingWatch(sources.tracer) },
    settings.collectSeconds,
  );

  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      stopped.abort();
      stopCycles();
      clearInterval(refresh);
      starts.stop();
      persistence.save(collector);
      await report.stop();
      await close(server);
    },
  };
}

interface Shown {
  collector: Collector;
  metadata: Metadata;
  healths: Healths;
  host: Host;
  persistence: Persistence;
}

function createView(settings: Settings, shown: Shown): View {
  const { collector, metadata, healths, host, persistence } = shown;
  return {
    flows: () => collector.flowsOfLate(),
    work: () => collector.work,
    containers: () => metadata.containers,
    coverage: () => collector.coverage.ratio,
    bootMs: () => Date.now() - host.bootTimeNs() / 1e6,
    ownContainers: () => collector.ownContainers,
    edges: () => collector.totals,
    programs: () => collector.programs,
    tracer: healths.tracer,
    status: () => (healths.tracer.up ? collector.status : undefined),
    sources: Object.values(healths),
    collectSeconds: () => collector.seconds,
    rows: () => collector.rows,
    socketRoom: () => collector.room,
    socketsLeftOut: () => collector.leftOut,
    lostFlows: () => collector.lostFlows.state.total,
    droppedEdges: () => collector.totals.droppedEdges,
    departed: () => collector.totals.departed,
    unseenSeconds: () => collector.unseen.seconds,
    clockSteps: () => collector.clockSteps.count,
    lastClockStep: () => lastClockStep(collector.clockSteps, host.bootTimeNs()),
    setAside: () => persistence.setAside,
    node: settings.node,
    leftOut: settings.leftOut,
    version: manifest.version,
  };
}

function lastClockStep({ last }: ClockSteps, nowNs: number) {
  return last && { seconds: last.seconds, ageSeconds: (nowNs - last.atNs) / 1e9 };
}

interface Cycled {
  collector: Collector;
  persistence: Persistence;
  ring: RingWatch;
}

/** The roles of sockets that are older than the tracer are only settled by the second look at the owners. */
function startCycles({ collector, persistence, ring }: Cycled, seconds: number): () => void {
  const cycle = () => {
    collector.collect();
    persistence.keep(collector, performance.now());
  };
  collector.maintain();
  collector.maintain();
  cycle();
  const onTime = setInterval(cycle, seconds * 1000);
  const early = setInterval(() => {
    if (ring.isFilling()) cycle();
  }, LOOK_AT_RING_MS);
  return () => {
    clearInterval(onTime);
    clearInterval(early);
  };
}

/** All that makes totals too low, or puts them where they do not belong. */
function shortfalls({ lostFlows, unseen, totals, clockSteps }: Collector) {
  const lost = Object.entries(lostFlows.state.total).map(([kind, count]) => [`lost_${kind}`, count]);
  return {
    ...Object.fromEntries(lost),
    unseen_seconds: unseen.seconds,
    dropped_edges: totals.droppedEdges,
    clock_steps: clockSteps.count,
  };
}

async function listen(server: Server, port: number): Promise<Server> {
  boundConnections(server, MOST_CONNECTIONS);
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
