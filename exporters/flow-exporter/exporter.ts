import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { getHeapStatistics } from "node:v8";
import type { Logger } from "pino";
import { BootMoment } from "./boot-moment.ts";
import { CycleAge } from "./cycle-age.ts";
import { startCycles } from "./cycles.ts";
import { DailyReport } from "./daily-report.ts";
import { HeapTrim } from "./heap-trim.ts";
import { HubbleOutput } from "./hubble-thread.ts";
import { StartWatch } from "./metadata/docker/start-watch.ts";
import type { FlowRecord } from "./model/flow-record.ts";
import type { FlowSource } from "./model/flow-source.ts";
import type { RecorderStatus, ReplayStatus } from "./model/recording.ts";
import { containerEndpoint } from "./naming/endpoints.ts";
import { createApp } from "./outputs/http/app.ts";
import { boundConnections } from "./outputs/http/connections.ts";
import { HubbleFeed } from "./outputs/hubble/feed.ts";
import { HubbleMetrics } from "./outputs/hubble/metrics.ts";
import { AllNodes } from "./outputs/nodes/all-nodes.ts";
import type { Pages } from "./outputs/pages/pages.ts";
import { processMetrics } from "./outputs/prometheus/definitions/process.ts";
import { createMetrics } from "./outputs/prometheus/metrics.ts";
import { ownerNamespace } from "./outputs/store/halves.ts";
import { type RunningStore, startStore } from "./outputs/store/start-store.ts";
import { Clients } from "./outputs/tracer-socket/clients.ts";
import { serveTracerSocket } from "./outputs/tracer-socket/serve.ts";
import type { ShownContainer, View } from "./outputs/view.ts";
import manifest from "./package.json" with { type: "json" };
import { createPipeline, type Pipeline, type PipelineInputs } from "./pipeline.ts";
import type { Settings } from "./settings.ts";
import type { HubbleSource } from "./sources/hubble/hubble-source.ts";
import { RingWatch } from "./sources/kernel/pins/ring-watch.ts";
import { roomIn } from "./sources/kernel/room.ts";
import type { ClockSteps } from "./sources/kernel/watch/clock-steps.ts";
import { startStoreThread } from "./store-thread.ts";

/** Longer than Docker is given to answer. The cycles begin without its word rather than never. */
const MAX_FIRST_LOOK_MS = 6_000;
/** Of what clients may keep open. */
const BOUNDS = { headersTimeout: 10_000, requestTimeout: 15_000, connectionsCheckingInterval: 5_000 };
const MAX_CONNECTIONS = 256;
const MAX_STOP_MS = 4_000;
/** What flows are told of a machine that has no name. */
const NAMELESS = "localhost";

export interface Sources extends PipelineInputs {
  pages?: Pages;
  /** Number of this process among those that are read; left out: as the system has it. */
  ownPid?: number;
  /** Has Hubble's sources read, until the signal; left out: they are not. */
  readHubble?: ((sources: readonly HubbleSource[], signal: AbortSignal) => void) | undefined;
  /** Called after each cycle. */
  onCycle?(): void;
  /** How it is with a recording that is made of them; left out: none can be. */
  recorder?(): RecorderStatus;
  /** That they are a recording; left out: they are not. */
  replay?(): ReplayStatus;
}

export interface Exporter {
  /** Where it listens. */
  port: number;
  /** Writes down what it has counted and knows by now. */
  save(): Promise<void>;
  /** Asks its sources all that it asks as it starts. */
  askAnew(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts collecting and serving. @throws the system's error when the port or the address cannot be had. */
export async function startExporter(settings: Settings, sources: Sources, log: Logger): Promise<Exporter> {
  const onClockStep = (seconds: number) => {
    log.warn({ seconds }, "somebody has set this machine's clock");
    void report.reschedule();
  };
  const room = roomIn(getHeapStatistics().heap_size_limit, () => getHeapStatistics().used_heap_size);
  const ownPid = sources.ownPid ?? process.pid;
  const clients = settings.tracerSocket.path === "" ? undefined : new Clients(() => pipeline.source.open());
  const onEnded = (flow: object, record: FlowRecord) => {
    clients?.onEnded(flow, record);
    store?.feed.onEnded(record);
    hubble?.feed.onEnded(record);
  };
  const options = {
    limits: settings,
    udp: settings.udp,
    ownPid,
    room,
    onClockStep,
    onEnded,
    onOpened: (record: () => FlowRecord | undefined) => hubble?.feed.onOpened(record),
    cgroup: settings.cgroup,
    sources: settings.sources,
    node: settings.node,
    http: settings.http,
  };
  const pipeline: Pipeline = createPipeline(sources, options, log);
  const store = createStore(settings, pipeline, sources, log);
  const hubble = createHubble(settings, pipeline, sources, log);
  const { collector, checkpoint, metadata, healths } = pipeline;
  const report = new DailyReport(() => shortfalls(pipeline), log);

  const cycles = new CycleAge(settings.collectSeconds);
  const view: View = { ...createView(settings, pipeline, sources, store, hubble), cycles };
  const { allowedHosts } = settings;
  const metrics = createMetrics(view, processMetrics());
  const nodes = store && settings.store?.isShared ? new AllNodes(store.reader, settings.node) : undefined;
  const app = createApp(view, metrics, { pages: sources.pages ?? {}, allowedHosts, store: store?.reader, nodes, log });
  const server = await listen(createServer(BOUNDS, app), settings);
  const served = clients && (await serveTracerSocket(settings.tracerSocket, { ...view, clients }, log));
  const stopped = new AbortController();
  const { cluster } = pipeline;
  if (cluster) sources.watchCluster?.(cluster, stopped.signal);
  hubble?.serve(stopped.signal);
  if (pipeline.hubbleSources.length > 0) sources.readHubble?.(pipeline.hubbleSources, stopped.signal);
  const firstLook = Promise.all([metadata.refresh(), cluster?.firstWord]);
  await Promise.race([firstLook, sleep(MAX_FIRST_LOOK_MS, undefined, { ref: false })]);
  const starts = new StartWatch({
    readProcesses: () => pipeline.source.readProcesses(),
    areCgroupsComplete: () => pipeline.directory.areCgroupsComplete,
    knowsCgroupOf: (containerId) => pipeline.directory.knowsCgroupOf(containerId),
  });
  void pipeline.docker?.follow(stopped.signal, starts, healths.dockerEvents);
  void pipeline.hubbleMetrics?.follow(stopped.signal);
  const refresh = setInterval(() => {
    collector.maintain();
    void metadata.refresh();
  }, settings.refreshSeconds * 1000);
  const ring = new RingWatch(sources.tracer);
  const heap = new HeapTrim(collectGarbage);
  const trim = () => heap.after(pipeline.source.sockets);
  const age = {
    end: () => {
      cycles.end();
      hubble?.feed.endCycle();
      sources.onCycle?.();
    },
  };
  const stopCycles = startCycles({ collector, checkpoint, ring, age, trim }, settings.collectSeconds);
  store?.begin();

  return {
    port: (server.address() as AddressInfo).port,
    save: async () => void (await checkpoint.saveNow(performance.now())),
    askAnew: () => pipeline.askAnew(),
    stop: async () => {
      stopped.abort();
      stopCycles();
      clearInterval(refresh);
      starts.stop();
      // Docker ends a container that takes longer than ten seconds, and a disk that hangs would.
      await Promise.race([Promise.all([checkpoint.save(), store?.stop()]), sleep(MAX_STOP_MS)]);
      // A thread that waits for another program's lock ends once it has it, or has waited long enough.
      void store?.terminate();
      await report.stop();
      await Promise.all([close(server), served?.stop()]);
    },
  };
}

/** With --expose-gc, as in the image. Only as a last resort are the heap's pages given back to the system. */
function collectGarbage(): void {
  globalThis.gc?.({ flavor: "last-resort" });
}

function createStore(settings: Settings, pipeline: Pipeline, { host }: Sources, log: Logger) {
  const { store, node } = settings;
  if (store === undefined) return undefined;
  const boot = new BootMoment(() => host.wallOffsetMs());
  const origin = {
    open: () => pipeline.source.open(),
    machine: () => pipeline.kubelet?.node,
    containers: () => shownContainers(pipeline),
    bootId: () => host.bootId(),
    bootMs: () => boot.ms,
    node,
  };
  return startStore(() => startStoreThread(store, settings), origin, log);
}

/** Undefined: neither its clients are served, nor its metrics. */
function createHubble({ hubble, node: name }: Settings, pipeline: Pipeline, { host }: Sources, log: Logger) {
  const { serve, metrics } = hubble;
  if (!serve && !metrics) return undefined;
  const node = name || NAMELESS;
  const boot = new BootMoment(() => host.wallOffsetMs());
  const counted = metrics ? new HubbleMetrics() : undefined;
  const feed = new HubbleFeed({
    records: () => allRecords([pipeline.source, ...pipeline.sockets]),
    namespaces: () => pipeline.metadata.containers.map(ownerNamespace),
    origin: () => ({ node, bootMs: boot.ms }),
    nowNs: () => host.bootTimeNs(),
    count: counted && ((event) => counted.count(event)),
  });
  const output = serve && new HubbleOutput(feed, log);
  const settings = serve && { ...serve, node, version: `flowtally ${manifest.version}` };
  return {
    feed,
    output,
    metrics: counted,
    serve: (signal: AbortSignal) => settings && output?.serve(settings, signal),
  };
}

function createView(
  settings: Settings,
  pipeline: Pipeline,
  sources: Sources,
  store: RunningStore | undefined,
  hubble: ReturnType<typeof createHubble>,
): Omit<View, "cycles"> {
  const { host } = sources;
  const boot = new BootMoment(() => host.wallOffsetMs());
  const { source, sockets, hubbleSources, totals, work, watch, directory, collector, checkpoint, healths, queues } =
    pipeline;
  const { kubelet, cluster, http, httpTotals, hubbleMetrics } = pipeline;
  /** What takes its time, and may lose what it is given. */
  const slow = [...queues, ...(store ? [store.feed] : [])];
  /** What nothing goes without. */
  const first = settings.sources.kernel
    ? healths.tracer
    : ((sockets[0] ?? hubbleSources[0] ?? hubbleMetrics)?.health ?? healths.tracer);
  return {
    flows: () => allFlows(pipeline, boot.ms),
    observed: () => [...pipeline.observedEdges, ...(hubbleMetrics?.observed() ?? [])],
    origins: [...hubbleSources, ...(hubbleMetrics ? [hubbleMetrics] : []), ...(http ? [http] : [])].map(
      ({ health }) => health.name,
    ),
    lostEvents: () => hubbleSources,
    work: () => work,
    // What was seen before the tracer ended says nothing of now.
    edgeRates: (total) => (first.up ? totals.rates.of(total) : undefined),
    workRates: (endpoint) => (first.up ? work.rates(endpoint) : undefined),
    containers: () => shownContainers(pipeline),
    coverage: () => collector.coverage.ratio,
    bootMs: () => boot.ms,
    sinceBootMs: () => host.bootTimeNs() / 1e6,
    ownContainers: () => directory.ownContainers,
    edges: () => totals,
    programs: () => source.programs,
    http: () => httpTotals,
    httpNotCounted: () => http?.notCounted,
    tracer: first,
    status: () => (healths.tracer.up ? watch.status : undefined),
    sources: [
      ...Object.values(healths),
      ...[...sockets, ...hubbleSources, ...slow, ...(http ? [http] : [])].map(({ health }) => health),
      ...(store ? [store.feed.natHealth] : []),
      ...(hubbleMetrics ? [hubbleMetrics.health] : []),
      ...(hubble?.output ? [hubble.output.health] : []),
    ],
    queues: slow,
    store: () => store?.feed,
    sourceFaults: () =>
      [...sockets, ...hubbleSources, ...(kubelet ? [kubelet] : []), ...(cluster?.faults ?? [])].map(
        ({ name, faults }) => ({
          name,
          faults,
        }),
      ),
    collectSeconds: () => collector.seconds,
    rows: () => source.rows,
    socketRoom: () => source.room,
    socketsLeftOut: () => source.leftOut,
    lostFlows: () => watch.lostFlows.state.total,
    droppedEdges: () => totals.droppedEdges,
    departed: () => totals.departed,
    unseenSeconds: () => watch.downtime.seconds,
    clockSteps: () => watch.clockSteps.count,
    lastClockStep: () => lastClockStep(watch.clockSteps, host.bootTimeNs()),
    setAside: () => checkpoint.setAside,
    recorder: () => sources.recorder?.(),
    replay: () => sources.replay?.(),
    hubble: hubble?.metrics,
    node: settings.node,
    leftOut: settings.leftOut,
    version: manifest.version,
  };
}

function* allRecords(sources: readonly FlowSource[]): Generator<FlowRecord> {
  for (const source of sources) yield* source.records();
}

/** Those that are counted here, and those that others tell of. */
function* allFlows({ source, sockets, observedFlows }: Pipeline, bootMs: number): Generator<FlowRecord> {
  yield* allRecords([source, ...sockets]);
  yield* observedFlows.records(bootMs, Date.now());
}

function shownContainers({ metadata, cluster }: Pipeline): ShownContainer[] {
  return metadata.containers.map((container) => {
    const { namespace, pod, podUid, addresses } = container;
    const [address = ""] = podUid === undefined ? [] : addresses;
    const services = cluster?.services.ofPod(namespace, pod, address) ?? [];
    return { container, endpoint: containerEndpoint(container).name, services };
  });
}

function lastClockStep({ last }: ClockSteps, nowNs: number) {
  return last && { seconds: last.seconds, ageSeconds: (nowNs - last.atNs) / 1e9 };
}

/** All that makes totals too low, or puts them where they do not belong. */
function shortfalls({ watch, totals }: Pipeline) {
  const lost = Object.entries(watch.lostFlows.state.total).map(([kind, count]) => [`lost_${kind}`, count]);
  return {
    ...Object.fromEntries(lost),
    unseen_seconds: watch.downtime.seconds,
    dropped_edges: totals.droppedEdges,
    clock_steps: watch.clockSteps.count,
  };
}

async function listen(server: Server, { port, listen }: Settings): Promise<Server> {
  boundConnections(server, MAX_CONNECTIONS);
  server.listen(port, listen === "" ? undefined : listen);
  await once(server, "listening");
  return server;
}

async function close(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
