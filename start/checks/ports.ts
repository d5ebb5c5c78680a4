import { StartError } from "../errors.ts";
import type { Host } from "../lib/host.ts";
import { listenAt } from "../settings/hubble.ts";
import type { Settings } from "../settings/index.ts";
import { DEFAULT_CONFIG } from "../stack/layout.ts";
import { DISPENSABLE } from "../stack/services.ts";
import type { DockerClient, RunningContainer } from "./docker-client.ts";
import { findSocketOwner, type Listener, readListeners } from "./listeners.ts";
import type { Check, CheckContext } from "./types.ts";

interface Port {
  setting: string;
  service: string;
  port: number;
}

interface BusyPort extends Port {
  holder: string;
}

const CODE = "PORT_BUSY";

export const ports: Check = {
  title: "Ports",
  run: async ({ host, settings, docker, config }) => {
    const wanted = portsOf(settings);
    const busy = await findBusy(host, docker, wanted, settings.FLOWTALLY_PROJECT);
    if (busy.length === 0) return { status: "ok", detail: wanted.map(({ port }) => port).join(", ") };
    const fault = { detail: detailOf(busy), why: whyOf(busy), fix: fixOf(busy, config) };
    if (busy.every(({ service }) => service === DISPENSABLE)) return { status: "warning", ...fault };
    return { status: "failed", code: CODE, ...fault };
  },
};

/** @throws StartError PORT_BUSY where something that is not the stack's own has the port of the optional service. */
export async function ensureOptionalPort({ host, docker, settings, config }: CheckContext): Promise<void> {
  const wanted = portsOf(settings).filter(({ service }) => service === DISPENSABLE);
  const busy = await findBusy(host, docker, wanted, settings.FLOWTALLY_PROJECT);
  if (busy.length > 0) throw new StartError(CODE, { what: detailOf(busy), why: whyOf(busy), fix: fixOf(busy, config) });
}

function detailOf(busy: readonly BusyPort[]): string {
  return busy.map(({ port, service }) => `${port} (${service}) is in use`).join(", ");
}

function whyOf(busy: readonly BusyPort[]): string {
  return busy.map(({ port, holder }) => `${port} is held by ${holder}`).join("\n");
}

function fixOf(busy: readonly BusyPort[], config = DEFAULT_CONFIG): string {
  return `stop it, or set ${busy.map(({ setting }) => setting).join(", ")} to another port in ${config}`;
}

/** One port per setting that ends in _PORT, the rest of whose name is the service's; and Hubble's, with its address. */
function portsOf(settings: Settings): Port[] {
  const own = Object.entries(settings).flatMap(([setting, value]) =>
    setting.endsWith("_PORT") && typeof value === "number"
      ? [{ setting, port: value, service: setting.slice(0, -"_PORT".length).toLowerCase().replaceAll("_", "-") }]
      : [],
  );
  const hubble = listenAt(settings.HUBBLE_LISTEN);
  return hubble ? [...own, { setting: "HUBBLE_LISTEN", port: hubble.port, service: "flow-exporter" }] : own;
}

async function findBusy(
  host: Host,
  docker: DockerClient,
  wanted: readonly Port[],
  project: string,
): Promise<BusyPort[]> {
  const [containers, listeners] = await Promise.all([docker.listContainers().catch(() => []), readListeners(host)]);
  const found = await Promise.all(
    wanted.map(async (port) => {
      const isOurs = containers.some((container) => isOwn(container, port, project));
      return { ...port, holder: isOurs ? undefined : await holderOf(host, port, containers, listeners) };
    }),
  );
  return found.flatMap(({ holder, ...port }) => (holder === undefined ? [] : [{ ...port, holder }]));
}

/** Who keeps a port from us, if not our own container: undefined when it is free. */
async function holderOf(
  host: Host,
  wanted: Port,
  containers: readonly RunningContainer[],
  listeners: readonly Listener[],
): Promise<string | undefined> {
  const publisher = containers.find(({ Ports }) => Ports.some(({ PublicPort }) => PublicPort === wanted.port));
  if (publisher) return `container ${publisher.Names[0]?.slice(1) ?? "(unnamed)"}`;
  const listener = listeners.find((candidate) => candidate.port === wanted.port);
  if (!listener) return undefined;
  const owner = await findSocketOwner(host, listener.inode);
  return owner ? `pid ${owner.pid} (${owner.name})` : "another user's process";
}

/** Our own container holds it, published or, with the host's network, by itself; Compose settles that on the way up. */
function isOwn({ Labels, Ports, HostConfig }: RunningContainer, { service, port }: Port, project: string): boolean {
  if (Labels["com.docker.compose.project"] !== project) return false;
  const usesHostNetwork = HostConfig.NetworkMode === "host" && Labels["com.docker.compose.service"] === service;
  return usesHostNetwork || Ports.some(({ PublicPort }) => PublicPort === port);
}
