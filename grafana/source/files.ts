import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { ciliumDashboard } from "./dashboards/cilium/agent.ts";
import { envoyDashboard } from "./dashboards/cilium/envoy.ts";
import { hubbleDnsDashboard } from "./dashboards/cilium/hubble-dns.ts";
import { hubbleL7Dashboard } from "./dashboards/cilium/hubble-l7.ts";
import { hubbleNetworkDashboard } from "./dashboards/cilium/hubble-network.ts";
import { containerDashboard } from "./dashboards/container.ts";
import { ebpfPrograms } from "./dashboards/ebpf-programs.ts";
import { flowsDashboard } from "./dashboards/flows.ts";
import { lab } from "./dashboards/lab.ts";
import { monitoringDashboard } from "./dashboards/monitoring.ts";

/** Every dashboard, by its file in grafana/dashboards, where each of Grafana's folders is one. */
export const DASHBOARDS: Readonly<Record<string, Dashboard>> = {
  "flowtally/lab.json": lab,
  "flowtally/flows.json": flowsDashboard,
  "flowtally/container.json": containerDashboard,
  "flowtally/ebpf-programs.json": ebpfPrograms,
  "flowtally/monitoring.json": monitoringDashboard,
  "cilium/cilium.json": ciliumDashboard,
  "cilium/envoy.json": envoyDashboard,
  "cilium/hubble-network.json": hubbleNetworkDashboard,
  "cilium/hubble-l7.json": hubbleL7Dashboard,
  "cilium/hubble-dns.json": hubbleDnsDashboard,
};

/** A file's text. */
export function textOf(dashboard: Dashboard): string {
  return `${JSON.stringify(dashboard, undefined, 2)}\n`;
}
