import type { Settings } from "../settings/index.ts";

/** The services of docker-compose.yml, in the order in which they are listed to the user. */
export const SERVICES = [
  { name: "flow-exporter", port: "FLOW_EXPORTER_PORT", about: "console: service map, flows, dashboards" },
  { name: "grafana", port: "GRAFANA_PORT", about: "dashboards" },
  { name: "prometheus", port: "PROMETHEUS_PORT", about: "metrics, queries" },
  { name: "cadvisor", port: "CADVISOR_PORT", about: "containers" },
  { name: "node-exporter", port: "NODE_EXPORTER_PORT", about: "the host" },
  { name: "ebpf-exporter", port: "EBPF_EXPORTER_PORT", about: "system calls, disk latency, cache misses" },
  { name: "alertmanager", port: undefined, about: "sends alerts to ALERT_WEBHOOK_URL" },
  { name: "flow-tracer", port: undefined, about: "the kernel part: loads and pins the BPF programs" },
  { name: "docker-filter", port: undefined, about: "what may be asked of Docker, and nothing else" },
  { name: "guard", port: undefined, about: "who may ask Prometheus and the exporters, by the name they are called" },
] as const;

export type ServiceName = (typeof SERVICES)[number]["name"];

/** Services that not every stack has: each is a profile of the same name in docker-compose.yml. */
export const OPTIONAL_SERVICES = ["grafana", "alertmanager"] as const satisfies readonly ServiceName[];

/** Services without pages of their own; of cAdvisor that is how it is built. */
const METRICS_ALONE: readonly ServiceName[] = ["cadvisor", "node-exporter", "ebpf-exporter"];

/** Where a browser finds a page of the service on this machine; its metrics, where it has no other. */
export function urlOf(service: ServiceName, settings: Settings): string | undefined {
  const port = SERVICES.find(({ name }) => name === service)?.port;
  if (port === undefined) return undefined;
  return `http://127.0.0.1:${settings[port]}${METRICS_ALONE.includes(service) ? "/metrics" : ""}`;
}

/** A start goes on without it where its image cannot be had, which is known only once that was tried. */
export const DISPENSABLE: ServiceName = "grafana";

/** Whether the settings ask for a service. */
export function isWanted(service: string, { ALERT_WEBHOOK_URL }: Pick<Settings, "ALERT_WEBHOOK_URL">): boolean {
  return service !== "alertmanager" || ALERT_WEBHOOK_URL !== "";
}

/** Jobs Prometheus must see up: every service with a port, itself included. */
export function scrapeJobs(services: readonly string[]): string[] {
  return SERVICES.filter((service) => service.port !== undefined && services.includes(service.name)).map((s) => s.name);
}
