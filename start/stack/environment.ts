import path from "node:path";
import { Document, isScalar, isSeq, stringify, visit } from "yaml";
import type { ImageOutcome } from "../images/index.ts";
import { memoryBytes, type Settings } from "../settings/index.ts";
import type { HostFacts } from "./host-facts.ts";
import { type HubbleSettings, hubbleCompose } from "./hubble.ts";
import type { Layout } from "./layout.ts";
import type { LeftOut } from "./left-out.ts";
import { outsideCompose, outsideVariables } from "./outside.ts";
import { nodeNameOf } from "./remote-write.ts";
import { OPTIONAL_SERVICES } from "./services.ts";
import { type Destinations, thisMachineCompose } from "./this-machine.ts";
import { type SocketSettings, tracerSocketCompose } from "./tracer-socket.ts";

export interface EnvironmentInput {
  settings: Settings;
  facts: HostFacts;
  images: readonly ImageOutcome[];
  examples: readonly string[];
  leftOut: readonly LeftOut[];
  layout: Layout;
  /** Between two health checks of a service. */
  healthSeconds: number;
}

/**
 * Of Prometheus' limit, for each sample one question may load: some 90 bytes while the answer is written, for four such
 * questions at once (two from the exporter, two from guard), and as much again for all else.
 */
const BYTES_PER_SAMPLE = 512;

/**
 * The variables docker-compose.yml is filled in with. What is secret is not among them; images are named by
 * what came of them.
 */
export function environmentOf(input: EnvironmentInput): Record<string, string> {
  const { settings, facts, images, examples, leftOut, layout, healthSeconds } = input;
  const plain = Object.entries(settings).filter(([key]) => !BY_FILE.includes(key) && !key.endsWith("_IMAGE"));
  return {
    ...Object.fromEntries(plain.map(([key, value]) => [key, String(bounded(key, value, facts))])),
    ...imageVariables(images),
    COMPOSE_PROJECT_NAME: layout.names.project,
    ...folderVariables(layout),
    COMPOSE_FILE: `${layout.composeFile}:${layout.hostCompose}`,
    COMPOSE_PROFILES: optionalServices(images).join(","),
    PROMETHEUS_MAX_SAMPLES: String(Math.floor(memoryBytes(settings.PROMETHEUS_MEMORY) / BYTES_PER_SAMPLE)),
    FLOW_NODE: nodeNameOf(settings, facts),
    ...outsideVariables(settings),
    DOCKER_GID: String(facts.dockerGid),
    FLOW_HTTP_FILE: settings.FLOW_HTTP === "" ? "" : "/state/http",
    CONNTRACK_GID: settings.FLOW_STORE === "" ? "60906" : "0",
    DOCKER_LAYERS: facts.dockerLayers,
    HEALTH_INTERVAL: `${healthSeconds}s`,
    EBPF_EXAMPLES: examples.join(","),
    FLOW_LEFT_OUT:
      leftOut.length === 0 ? "" : JSON.stringify(Object.fromEntries(leftOut.map((l) => [l.part, l.reason]))),
  };
}

/**
 * They go by files that only the launcher's user and the containers concerned can read: everybody may read `.env`, and who
 * may ask Docker the environment of a container.
 */
const BY_FILE = [
  "GRAFANA_ADMIN_PASSWORD",
  "ALERT_WEBHOOK_URL",
  "FLOW_STORE",
  "REMOTE_WRITE_URL",
  "REMOTE_WRITE_USER",
  "REMOTE_WRITE_PASSWORD",
  "REMOTE_WRITE_BEARER_TOKEN",
];

/** Those whose image is here. */
export function optionalServices(images: EnvironmentInput["images"]): string[] {
  return OPTIONAL_SERVICES.filter((name) =>
    images.some(({ service, origin }) => service === name && origin !== "missing"),
  );
}

/** Of what is mounted, seen from docker-compose.yml; its defaults are those of the default names. */
function folderVariables({ root, folder, prometheus, dashboards }: Layout): Record<string, string> {
  return {
    GENERATED_FOLDER: folder,
    PROMETHEUS_FOLDER: path.relative(root, prometheus),
    DASHBOARDS_FOLDER: path.relative(root, dashboards),
  };
}

/** The engine refuses a limit above what the machine has, and takes 0 for none. */
function bounded(key: string, value: string | number, { cpus }: HostFacts): string | number {
  return key.endsWith("_CPUS") ? Math.min(Number(value), cpus) : value;
}

function imageVariables(images: readonly ImageOutcome[]): Record<string, string> {
  const usable = images.filter((image) => image.origin !== "missing");
  return Object.fromEntries(usable.map((i) => [`${i.service.toUpperCase().replaceAll("-", "_")}_IMAGE`, i.reference]));
}

/** `.env` as Compose reads it: single quotes keep every character as it is. */
export function renderEnv(variables: Record<string, string>): string {
  const lines = Object.entries(variables).map(([key, value]) => `${key}='${value.replaceAll("'", "\\'")}'`);
  return `# Written by npm start from config.monitoring and this host: change that file, not this one.\n${lines.join("\n")}\n`;
}

// Far above any disk: it must never slow anything down.
const HARMLESS_RATE = "100gb";

/** What this host and its settings change in docker-compose.yml. */
export function renderHostCompose(
  facts: HostFacts,
  settings: Pick<Settings, "FLOW_UDP" | "FLOW_HTTP"> & SocketSettings & Destinations & HubbleSettings,
  layout: Layout,
): string {
  const { prometheus: outside, ...networks } = outsideCompose(settings, layout);
  const sockets = tracerSocketCompose(settings);
  const services = together([
    { prometheus: { ...diskCounters(facts), ...outside } },
    bpfRights(facts, settings),
    httpFile(settings),
    sockets.services,
    hubbleCompose(settings),
    thisMachineCompose(settings),
  ]);
  const document = new Document({ services, ...networks, ...sockets.others }, { aliasDuplicateObjects: false });
  visit(document, {
    Pair: (_, { key, value }) => {
      // Compose would add to the list of docker-compose.yml otherwise.
      if (isScalar(key) && key.value === "cap_add" && isSeq(value)) value.tag = "!override";
    },
  });
  return document.toString();
}

/** What several parts add to the same services; a service without additions is left out. */
function together(parts: readonly Readonly<Record<string, object>>[]): Record<string, object> {
  const services: Record<string, object> = {};
  for (const [name, added] of parts.flatMap((part) => Object.entries(part))) {
    if (Object.keys(added).length > 0) services[name] = joined(services[name] ?? {}, added);
  }
  return services;
}

/** Lists and variables that two parts add stay all of them. */
function joined(one: object, other: object): object {
  const all: Record<string, unknown> = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const before = all[key];
    if (Array.isArray(before)) all[key] = [...before, ...value];
    else all[key] = typeof before === "object" ? { ...before, ...value } : value;
  }
  return all;
}

/**
 * With cgroup v1 the kernel counts no container's disk bytes until some container has a throttle rule;
 * one harmless rule switches the count on for all.
 */
function diskCounters({ cgroupVersion, dataDisk }: HostFacts) {
  if (cgroupVersion === "2" || dataDisk === undefined) return {};
  const rule = [{ path: dataDisk, rate: HARMLESS_RATE }];
  return { blkio_config: { device_write_bps: rule, device_read_bps: rule } };
}

/** An engine that cannot grant BPF and PERFMON must grant SYS_ADMIN, of which they are parts, as NET_ADMIN is for BPF. */
function bpfRights({ bpfCapability }: HostFacts, { FLOW_UDP, FLOW_HTTP }: Pick<Settings, "FLOW_UDP" | "FLOW_HTTP">) {
  if (!bpfCapability) return { "ebpf-exporter": { cap_add: ["SYS_ADMIN"] }, "flow-tracer": { cap_add: ["SYS_ADMIN"] } };
  return FLOW_UDP === "off" && FLOW_HTTP === "" ? { "flow-tracer": { cap_add: ["BPF", "PERFMON"] } } : {};
}

/** In its folder the exporter names the containers whose HTTP is counted, to the tracer. */
function httpFile({ FLOW_HTTP }: Pick<Settings, "FLOW_HTTP">) {
  return FLOW_HTTP === "" ? {} : { "flow-tracer": { volumes: ["flow-data:/state:ro"] } };
}

/** Prometheus' file_sd format: one file per job whose address depends on the host. */
export function targetFiles(settings: Settings, optional: readonly string[]): Record<string, string> {
  const file = (service: string, port: number) =>
    `${JSON.stringify(optional.includes(service) ? [{ targets: [`${service}:${port}`] }] : [])}\n`;
  return {
    "grafana.json": file("grafana", 3000),
    "alertmanager.json": file("alertmanager", 9093),
    "flow-exporter.yml": stringify({
      scrape_configs: [
        {
          job_name: "flow-exporter",
          sample_limit: flowSamples(settings.FLOW_MAX_EDGES),
          static_configs: [{ targets: ["flow-exporter:9436"] }],
        },
      ],
    }),
  };
}

/** Of an edge with all its histograms, and of an endpoint; a test holds the first against what the exporter writes. */
export const SERIES = { edge: 38, endpoint: 7 };
/** BPF programs, containers without flows, and what the exporter reports of itself. */
const OTHER_SERIES = 10_000;

/**
 * Twice the samples that a scrape of flow-exporter can have: it keeps edges within their bound, and a tenth more while
 * they leave. Prometheus refuses a scrape that has more, whole; so only an exporter that is broken may come near.
 */
function flowSamples(maxEdges: number): number {
  return 2 * ((maxEdges + Math.ceil(maxEdges / 10)) * (SERIES.edge + 2 * SERIES.endpoint) + OTHER_SERIES);
}
