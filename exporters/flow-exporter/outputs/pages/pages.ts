import type { DashboardFolder } from "./dashboards.ts";
import type { PrometheusReader } from "./prometheus.ts";

/** What the console needs besides the flows. */
export interface Pages {
  /** Folder of the built console. */
  console?: string | undefined;
  dashboards?: DashboardFolder | undefined;
  prometheus?: PrometheusReader | undefined;
}
