import type { Metric } from "./definition.ts";
import { ENDPOINT_METRICS } from "./endpoints.ts";
import { EXPORTER_METRICS } from "./exporter.ts";
import { HTTP_METRICS } from "./http.ts";
import { HUBBLE_METRICS } from "./hubble.ts";
import { PROGRAM_METRICS } from "./programs.ts";
import { TRACER_METRICS } from "./tracer.ts";

/** All that prom-client writes; besides these there are the metrics per edge (edges.ts) and the process's (process.ts). */
export const METRICS: readonly Metric[] = [
  ...ENDPOINT_METRICS,
  ...EXPORTER_METRICS,
  ...TRACER_METRICS,
  ...PROGRAM_METRICS,
  ...HTTP_METRICS,
  ...HUBBLE_METRICS,
];
