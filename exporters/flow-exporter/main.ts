import { pino } from "pino";
import { createStateFile } from "./checkpoint/state-file.ts";
import { type Exporter, startExporter } from "./exporter.ts";
import { createDockerReader } from "./metadata/docker/reader.ts";
import { createHost } from "./metadata/host/host.ts";
import { createDashboardFolder } from "./outputs/pages/dashboards.ts";
import type { Pages } from "./outputs/pages/pages.ts";
import { createPrometheusReader } from "./outputs/pages/prometheus.ts";
import { readSettings, type Settings } from "./settings.ts";
import { createTracer } from "./sources/kernel/pins/tracer.ts";

const DOCKER_TIMEOUT_MS = 5_000;
/** Longer than Prometheus' own, so that its word on a question that takes too long arrives. */
const PROMETHEUS_TIMEOUT_MS = 25_000;

const log = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime });

try {
  const settings = readSettings(process.env);
  const exporter = await startExporter(
    settings,
    {
      tracer: createTracer(settings.pins),
      docker: createDockerReader(settings.dockerSocket, DOCKER_TIMEOUT_MS),
      host: createHost(settings.proc),
      state: settings.state === "" ? undefined : createStateFile(settings.state),
      pages: pagesOf(settings),
    },
    log,
  );
  log.info({ port: exporter.port }, "listening");
  stopOnSignal(exporter);
} catch (error) {
  log.fatal({ reason: error instanceof Error ? error.message : String(error) }, "cannot start");
  // It may listen already, and would then live on and answer without counting anything; the engine starts one that ends.
  process.exit(1);
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
