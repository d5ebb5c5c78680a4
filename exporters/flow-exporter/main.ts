import path from "node:path";
import { pino } from "pino";
import { createStateFile } from "./checkpoint/state-file.ts";
import { type Exporter, type Sources, startExporter } from "./exporter.ts";
import { readHubble } from "./hubble-read-thread.ts";
import { watchCluster } from "./kubernetes-thread.ts";
import { createDockerReader } from "./metadata/docker/reader.ts";
import { createHost } from "./metadata/host/host.ts";
import { createKubeletReader } from "./metadata/kubernetes/kubelet-reader.ts";
import { createDashboardFolder } from "./outputs/pages/dashboards.ts";
import type { Pages } from "./outputs/pages/pages.ts";
import { createPrometheusReader } from "./outputs/pages/prometheus.ts";
import { openRecording } from "./recording/folder-reader.ts";
import { Recordings } from "./recording/recordings.ts";
import { createReplay } from "./recording/replay.ts";
import { Tap } from "./recording/tap.ts";
import { withSecretSettings } from "./secret-settings.ts";
import { readSettings, type Settings } from "./settings.ts";
import { createHttpFiles } from "./sources/http/http-files.ts";
import { createMetricsReader } from "./sources/hubble-metrics/reader.ts";
import { createTracer } from "./sources/kernel/pins/tracer.ts";

const DOCKER_TIMEOUT_MS = 5_000;
/** Of 250 pods the answer has about five megabytes; a machine has 110 as a rule. */
const KUBELET_BOUNDS = { timeoutMs: 5_000, maxBytes: 32 * 1024 * 1024 };
/** Longer than Prometheus' own, so that its word on a question that takes too long arrives. */
const PROMETHEUS_TIMEOUT_MS = 25_000;

/** Of 20,000 series the answer has some eight megabytes. */
const HUBBLE_METRICS_BOUNDS = { timeoutMs: 10_000, maxBytes: 16 * 1024 * 1024 };

/** In the folder of the totals, which is a volume that `docker cp` reads. */
const RECORDING = "recording";

const NO_HUBBLE: Settings["hubble"] = { serve: undefined, metrics: false };

const log = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime });

try {
  const settings = readSettings(withSecretSettings(process.env));
  const exporter = await (settings.recording === "" ? startOnHost(settings) : startOnRecording(settings));
  log.info({ port: exporter.port }, "listening");
  stopOnSignal(exporter);
} catch (error) {
  log.fatal({ reason: error instanceof Error ? error.message : String(error) }, "cannot start");
  // It may listen already, and would then live on and answer without counting anything; the engine starts one that ends.
  process.exit(1);
}

/** What it reads can be recorded where its totals are kept. */
async function startOnHost(settings: Settings): Promise<Exporter> {
  const { pins, dockerSocket, kubelet, kubernetesApi, proc, state, maxEdges, maxPorts } = settings;
  const tap = new Tap({
    tracer: createTracer(pins),
    docker: dockerSocket === undefined ? undefined : createDockerReader(dockerSocket, DOCKER_TIMEOUT_MS),
    host: createHost(proc),
  });
  const sources: Sources = {
    ...tap.readers,
    kubelet: kubelet && kubeletOf(kubelet),
    watchCluster: kubernetesApi === undefined ? undefined : (...how) => watchCluster(kubernetesApi, ...how),
    hubbleMetrics: settings.sources.hubbleMetrics
      ? createMetricsReader(settings.prometheus, HUBBLE_METRICS_BOUNDS)
      : undefined,
    readHubble: (...how) => readHubble({ origins: settings.sources.hubble, tls: settings.hubbleTls }, ...how),
    pages: pagesOf(settings),
    http: settings.http.length === 0 ? undefined : createHttpFiles(pins, state),
  };
  if (state === "") return startExporter(settings, sources, log);
  const file = createStateFile(state);
  let exporter: Exporter | undefined;
  const recordings = new Recordings({
    folder: path.join(state, RECORDING),
    tap,
    ownPid: process.pid,
    limits: { maxEdges, maxPorts },
    readTotals: () => file.read(),
    save: async () => exporter?.save(),
    askAnew: async () => exporter?.askAnew(),
    log,
  });
  recordOnSignal(recordings);
  const recorded = { state: file, onCycle: () => recordings.endCycle(), recorder: () => recordings.status };
  exporter = await startExporter(settings, { ...sources, ...recorded }, log);
  return exporter;
}

function kubeletOf({ nodeAddress, ...access }: NonNullable<Settings["kubelet"]>): Sources["kubelet"] {
  return { reader: createKubeletReader(access, KUBELET_BOUNDS), nodeAddress };
}

/** A recording is shown as it was: by the bounds of then, and nothing that is counted outlives this exporter. */
function startOnRecording(settings: Settings): Promise<Exporter> {
  const replay = createReplay(openRecording(settings.recording));
  const { limits, endCycle, status } = replay;
  const sources = { ...replay, pages: pagesOf(settings), onCycle: endCycle, replay: status };
  // The tracer's own word counts, not what this exporter was told of it. Its flows are another time's, and another machine's.
  return startExporter({ ...settings, ...limits, udp: false, store: undefined, hubble: NO_HUBBLE }, sources, log);
}

/** `npm run record` sends these: an answer over HTTP would hand names and addresses to every process of this machine. */
function recordOnSignal(recordings: Recordings): void {
  process.on("SIGUSR2", () => void recordings.begin());
  process.on("SIGHUP", () => void recordings.end());
}

function pagesOf({ console, dashboards, prometheus }: Settings): Pages {
  return {
    console: console === "" ? undefined : console,
    dashboards: dashboards === "" ? undefined : createDashboardFolder(dashboards),
    prometheus: prometheus === "" ? undefined : createPrometheusReader(prometheus, PROMETHEUS_TIMEOUT_MS),
  };
}

function stopOnSignal(exporter: Exporter): void {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, async () => {
      log.info({ signal }, "stopping");
      await exporter.stop();
      process.exit(0);
    });
  }
}
