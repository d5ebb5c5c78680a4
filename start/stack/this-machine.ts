import { hostsIn } from "../settings/cilium.ts";
import type { Settings } from "../settings/index.ts";
import { THIS_MACHINE } from "../settings/loopback.ts";
import { hubbleHostsIn } from "../settings/sources.ts";
import { databaseHost } from "../settings/store.ts";

export type Destinations = Pick<
  Settings,
  "REMOTE_WRITE_URL" | "ALERT_WEBHOOK_URL" | "FLOW_STORE" | "FLOW_SOURCES" | "CILIUM_NODES"
>;

/**
 * What services of docker-compose.yml get added that send to this machine, or ask it. No other does: an engine without a bridge of its
 * own (`"bridge": "none"`) has no such address, and starts no container that asks for it.
 */
export function thisMachineCompose(destinations: Destinations) {
  const { REMOTE_WRITE_URL, ALERT_WEBHOOK_URL, FLOW_STORE, FLOW_SOURCES, CILIUM_NODES } = destinations;
  const hosts = {
    prometheus: [URL.parse(REMOTE_WRITE_URL)?.hostname, ...hostsIn(CILIUM_NODES)],
    alertmanager: [URL.parse(ALERT_WEBHOOK_URL)?.hostname],
    "flow-exporter": [databaseHost(FLOW_STORE), ...hubbleHostsIn(FLOW_SOURCES)],
  };
  const asking = Object.entries(hosts).filter(([, names]) => names.includes(THIS_MACHINE));
  return Object.fromEntries(asking.map(([service]) => [service, { extra_hosts: [`${THIS_MACHINE}:host-gateway`] }]));
}
