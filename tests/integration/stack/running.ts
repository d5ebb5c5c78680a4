import type Docker from "dockerode";
import type { Prometheus } from "../../../start/stack/prometheus.ts";

/** What the suites need of the running stack. */
export interface Running {
  docker: Docker;
  prometheus: Prometheus;
  /** Image with Node as /bin/node, for workloads. */
  nodeImage: string;
}
