import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { containerDashboard } from "./dashboards/container.ts";
import { ebpfPrograms } from "./dashboards/ebpf-programs.ts";
import { flowsDashboard } from "./dashboards/flows.ts";
import { lab } from "./dashboards/lab.ts";
import { monitoringDashboard } from "./dashboards/monitoring.ts";

/** Every dashboard, by its file in grafana/dashboards. */
export const DASHBOARDS: Readonly<Record<string, Dashboard>> = {
  "lab.json": lab,
  "flows.json": flowsDashboard,
  "container.json": containerDashboard,
  "ebpf-programs.json": ebpfPrograms,
  "monitoring.json": monitoringDashboard,
};

/** A file's text. */
export function textOf(dashboard: Dashboard): string {
  return `${JSON.stringify(dashboard, undefined, 2)}\n`;
}
