import type { Prometheus } from "../stack/prometheus.ts";
import type { Bench, Lab, Loaded } from "./lab.ts";

/** What the steps of a load hand on to each other. */
export interface StressContext extends Bench {
  lab: Lab;
  seconds: number;
  prometheus: Prometheus;
  /** False with --no-install: nothing is added to the machine. */
  install: boolean;
  /** Set by the step that runs the load. */
  loaded?: Loaded;
}
