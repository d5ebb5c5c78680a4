import { randomUUID } from "node:crypto";
import { Checkpoint } from "./checkpoint/checkpoint.ts";
import type { StateFile } from "./checkpoint/state-file.ts";
import { Collector } from "./collector.ts";
import { directoryParticipant } from "./metadata/directory-checkpoint.ts";
import { DockerMetadata } from "./metadata/docker/docker-metadata.ts";
import type { DockerReader } from "./metadata/docker/reader.ts";
import type { Host } from "./metadata/host/host.ts";
import { ProcProcesses } from "./metadata/host/processes.ts";
import { HostDirectory } from "./metadata/host-directory.ts";
import { ClusterMetadata } from "./metadata/kubernetes/api/cluster-metadata.ts";
import { KubeletMetadata } from "./metadata/kubernetes/kubelet-metadata.ts";
import type { KubeletReader } from "./metadata/kubernetes/kubelet-reader.ts";
import { MergedMetadata } from "./metadata/merged-metadata.ts";
import type { FlowRecord } from "./model/flow-record.ts";
import type { HttpTotal } from "./model/http-total.ts";
import type { ObservedSink } from "./model/observed-flow.ts";
import { createHealths, type Healths, type Log, SourceHealth } from "./model/source-health.ts";
import { FlowQueue, type SlowSink } from "./outputs/flow-queue.ts";
import { allOf } from "./sinks.ts";
import type { HttpFiles } from "./sources/http/http-files.ts";
import { type HttpSink, HttpSource } from "./sources/http/http-source.ts";
import { asObserved } from "./sources/http/observed.ts";
import { HubbleSource } from "./sources/hubble/hubble-source.ts";
import type { HubbleOrigin } from "./sources/hubble/settings.ts";
import { HubbleMetricsSource } from "./sources/hubble-metrics/hubble-metrics-source.ts";
import type { MetricsReader } from "./sources/hubble-metrics/reader.ts";
import { kernelParticipant } from "./sources/kernel/kernel-checkpoint.ts";
import { KernelSource } from "./sources/kernel/kernel-source.ts";
import type { Tracer } from "./sources/kernel/pins/tracer.ts";
import type { Room } from "./sources/kernel/room.ts";
import { CgroupRows } from "./sources/kernel/rows/cgroup-rows.ts";
import { ProcessRows } from "./sources/kernel/rows/process-rows.ts";
import { TracerWatch } from "./sources/kernel/watch/tracer-watch.ts";
import { createSocketReader } from "./sources/tracer-socket/reader.ts";
import { tracerSocketsParticipant } from "./sources/tracer-socket/tracer-socket-checkpoint.ts";
import { TracerSocketSource } from "./sources/tracer-socket/tracer-socket-source.ts";
import { type EdgeLimits, EdgeTotals } from "./totals/edge-totals.ts";
import { edgesParticipant } from "./totals/edges-checkpoint.ts";
import { EndpointWork } from "./totals/endpoint-work.ts";
import { HttpTotals } from "./totals/http-totals.ts";
import { ObservedEdges } from "./totals/observed-edges.ts";
import { ObservedFlows } from "./totals/observed-flows.ts";
import { workParticipant } from "./totals/work-checkpoint.ts";

/** Each takes about a kilobyte. */
const MAX_OBSERVED_FLOWS = 5_000;
const SOCKET_BOUNDS = { timeoutMs: 5_000, maxBytes: 16 * 1024 * 1024 };

interface KubeletInput {
  reader: KubeletReader;
  /** Of this machine; empty: as the kubelet reports it. */
  nodeAddress: string;
}

/** Where everything comes from, and where it is kept. */
export interface PipelineInputs {
  tracer: Tracer;
  /** Undefined: Docker is not asked. */
  docker: DockerReader | undefined;
  /** Left out: no kubelet is asked. */
  kubelet?: KubeletInput | undefined;
  /** Has the API server watched, until the signal; left out: it is not. */
  watchCluster?: ((metadata: ClusterMetadata, signal: AbortSignal) => void) | undefined;
  host: Host;
  /** Where Hubble's metrics are; left out: nobody is asked for them. */
  hubbleMetrics?: MetricsReader | undefined;
  /** Left out: no HTTP is read. */
  http?: HttpFiles | undefined;
  /** Where the totals outlive the exporter; undefined: nowhere. */
  state?: StateFile | undefined;
  /** What gets the flows besides the totals, each by a queue of its own. */
  sinks?: readonly SlowSink[];
}

export interface PipelineOptions {
  limits: EdgeLimits;
  /** The tracer was started to count UDP. */
  udp: boolean;
  /** Number of this process. */
  ownPid: number;
  /** Which sources there are; left out: the kernel. */
  sources?: { kernel: boolean; sockets: readonly string[]; hubble?: readonly HubbleOrigin[] };
  /** Name of this machine; left out: it has none. */
  node?: string;
  /** Containers, or services of Compose, whose HTTP is read; left out: of none. */
  http?: readonly string[];
  /** For the sockets in memory; there is no bound without. */
  room?: Room;
  /** Path of the control group in which this node's containers are, where several nodes share the kernel; left out: they do not. */
  cgroup?: string | undefined;
  /** As a kernel source hands it on. */
  onEnded?: ((flow: object, record: FlowRecord) => void) | undefined;
  onOpened?: ((record: () => FlowRecord | undefined) => void) | undefined;
  /** Gets by how many seconds somebody has set the clock. */
  onClockStep(seconds: number): void;
}

/** All that counts, in the order in which the data goes; without clocks and ports. */
export interface Pipeline {
  metadata: MergedMetadata;
  /** A part of it; undefined: Docker is not asked. */
  docker: DockerMetadata | undefined;
  /** Likewise. */
  kubelet: KubeletMetadata | undefined;
  /** Of Kubernetes; undefined: its API server is not watched. */
  cluster: ClusterMetadata | undefined;
  directory: HostDirectory;
  watch: TracerWatch;
  source: KernelSource;
  /** Other tracers. */
  sockets: readonly TracerSocketSource[];
  /** Undefined: nobody is asked for them. */
  hubbleMetrics: HubbleMetricsSource | undefined;
  /** What Hubble tells, and what was told by it: apart from all that is counted here. */
  hubbleSources: readonly HubbleSource[];
  observedEdges: ObservedEdges;
  observedFlows: ObservedFlows;
  totals: EdgeTotals;
  work: EndpointWork;
  /** Undefined: no HTTP is read. */
  http: HttpSource | undefined;
  httpTotals: HttpTotals;
  collector: Collector;
  checkpoint: Checkpoint;
  healths: Healths;
  /** In front of the sinks. */
  queues: readonly FlowQueue[];
  /** Asks all that an exporter asks which has just started, for whoever listens to the readers; never rejects. */
  askAnew(): Promise<void>;
}

/** A pipeline that goes on where an earlier exporter was, as far as it is known. Never throws. */
export function createPipeline(inputs: PipelineInputs, options: PipelineOptions, log: Log): Pipeline {
  const { tracer, host } = inputs;
  const { udp, onClockStep, ownPid, room, limits, onEnded, onOpened, cgroup, node = "" } = options;
  const { kernel, sockets: paths, hubble: origins = [] } = options.sources ?? { kernel: true, sockets: [] };
  const healths = createHealths(log);
  const { docker, kubelet, cluster, metadata } = createMetadata(inputs, healths);
  const processes = new ProcProcesses(host);
  /** Those that are needed to name others' flows. */
  const toldProcesses = () =>
    new Map([
      [1, 0],
      [ownPid, 0],
      ...metadata.containers.map(({ pid }) => [pid, 0] as const),
      ...sockets.flatMap((one) => [...one.processes()]),
    ]);
  const createDirectory = () => {
    const [processRows, cgroupRows] = [new ProcessRows(), new CgroupRows()];
    return new HostDirectory({
      processes: kernel ? () => processRows.decode(tracer.processes()) : () => processes.read(toldProcesses()),
      cgroups: () => cgroupRows.decode(tracer.cgroups()),
      host,
      metadata,
      cluster: cluster?.services,
      ownPid,
    });
  };
  const directory = createDirectory();
  const watch = new TracerWatch({ tracer, host, healths, udp, onClockStep });
  const isOwn = cgroup === undefined ? undefined : (id: number) => directory.isBelow(id, cgroup);
  const source = new KernelSource({
    tracer,
    directory,
    watch,
    healths,
    room,
    onEnded,
    onOpened,
    isOwn,
    isOff: !kernel,
  });
  const sockets = paths.map((path) => {
    const health = new SourceHealth(`uds:${path}`, log);
    const reader = createSocketReader(path, `flowtally-${randomUUID()}`, SOCKET_BOUNDS);
    return new TracerSocketSource({ reader, health, world: () => source.world });
  });
  const hubbleMetrics = inputs.hubbleMetrics && createHubbleMetrics(inputs.hubbleMetrics, metadata, limits, log);
  const totals = new EdgeTotals(limits);
  const work = new EndpointWork();
  const observedEdges = new ObservedEdges(limits);
  // Only the kernel's tracer tells what processes do.
  const workOf = (endpoint: string) => (kernel ? work.of(endpoint) : undefined);
  const observedFlows = new ObservedFlows({ maxFlows: MAX_OBSERVED_FLOWS, workOf });
  const observed: ObservedSink = {
    add: (...told) => observedEdges.add(...told),
    addOther: (...told) => observedEdges.addOther(...told),
    addFlow: (told) => observedFlows.add(told),
  };
  const hubbleSources = origins.map(({ name }) => {
    const health = new SourceHealth(name, log);
    return new HubbleSource({ health, world: () => source.world, sink: observed, node });
  });
  const endObserved = { read: () => observedEdges.endReading(host.bootTimeNs() / 1e6) };
  const httpTotals = new HttpTotals();
  const httpSink = {
    add: (grown: HttpTotal) => {
      httpTotals.add(grown);
      observedEdges.add(...asObserved(grown, Date.now()));
    },
  };
  const http = createHttp(inputs, options, httpSink, log);
  const queues = (inputs.sinks ?? []).map((sink) => new FlowQueue(sink, log));
  const collector = new Collector({
    source,
    others: [...sockets, ...hubbleSources, ...(hubbleSources.length > 0 || http ? [endObserved] : [])],
    sink: allOf([totals, ...queues]),
    totals,
    work,
    metadata,
    host,
    http,
  });
  const checkpoint = new Checkpoint({
    file: inputs.state,
    participants: [
      edgesParticipant(totals),
      workParticipant(work),
      directoryParticipant(directory),
      kernelParticipant(source),
      ...(sockets.length > 0 ? [tracerSocketsParticipant(sockets)] : []),
    ],
    source,
    health: healths.state,
    log,
    bootId: () => host.bootId(),
  });
  checkpoint.load(host.bootTimeNs());
  const askAnew = async () => {
    collector.maintain();
    askOfProcesses(createDirectory());
    await metadata.refresh();
  };
  const sources = {
    metadata,
    docker,
    kubelet,
    cluster,
    directory,
    watch,
    source,
    sockets,
    hubbleSources,
    hubbleMetrics,
  };
  return {
    ...sources,
    observedEdges,
    observedFlows,
    totals,
    work,
    http,
    httpTotals,
    collector,
    checkpoint,
    healths,
    queues,
    askAnew,
  };
}

function createHttp({ http: files }: PipelineInputs, { http: names = [] }: PipelineOptions, sink: HttpSink, log: Log) {
  if (files === undefined || names.length === 0) return undefined;
  return new HttpSource({ files, names, sink, health: new SourceHealth("http", log) });
}

/** Who is asked about containers, and about services. Who is not shows as switched off. */
function createMetadata({ docker: reader, kubelet: input, watchCluster }: PipelineInputs, healths: Healths) {
  const docker = reader && new DockerMetadata(reader, healths.docker);
  const kubelet = input && new KubeletMetadata(input.reader, healths.kubelet, input.nodeAddress);
  const cluster = watchCluster && new ClusterMetadata(healths);
  if (!docker)
    for (const health of [healths.docker, healths.dockerEvents]) health.rest("switched off by DOCKER_SOCKET");
  if (!kubelet) healths.kubelet.rest("off: no KUBELET_URL");
  if (!cluster)
    for (const health of [healths.services, healths.endpointSlices]) health.rest("switched off by KUBERNETES_API");
  const metadata = new MergedMetadata([docker, kubelet].filter((one) => one !== undefined));
  return { docker, kubelet, cluster, metadata };
}

function createHubbleMetrics(reader: MetricsReader, metadata: MergedMetadata, { maxEdges }: EdgeLimits, log: Log) {
  const health = new SourceHealth("hubble-metrics", log);
  return new HubbleMetricsSource({ reader, health, containers: () => metadata.containers, maxEdges });
}

/** What is asked of a process only once: by a directory that knows nothing yet. What cannot be read, the cycles report. */
function askOfProcesses(directory: HostDirectory): void {
  for (const step of [
    () => directory.readProcesses(),
    () => directory.readCgroups(),
    () => directory.judgeProcesses(),
  ]) {
    try {
      step();
    } catch {}
  }
}
