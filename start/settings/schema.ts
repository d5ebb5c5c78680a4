import { z } from "zod";
import { ciliumNodes } from "./cilium.ts";
import { hubbleSettings } from "./hubble.ts";
import { isPathOfItsOwn, sources } from "./sources.ts";
import { store } from "./store.ts";
import { remoteWriteUrl, webhook } from "./url.ts";

const bounds = (what: string, low: number, high: number) => `must be ${what} from ${low} to ${high}`;

const integer = (low: number, high: number, what = "a whole number") => {
  const message = bounds(what, low, high);
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .refine((value) => value >= low && value <= high, message);
};

const port = (value: number) => integer(1, 65_535, "a port").default(value);

const memory = (value: string, least = MIN_MEMORY, text = "6m, the minimum Docker accepts") =>
  z
    .string()
    .regex(/^[1-9]\d{0,8}[kmg]$/i, "must be an amount of memory such as 512m or 1g")
    .transform((text) => text.toLowerCase())
    .refine((amount) => memoryBytes(amount) >= least, `must be at least ${text}`)
    .default(value);

const MIN_MEMORY = 6 * 2 ** 20;
const UNITS: Readonly<Record<string, number>> = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** Bytes of an amount such as "512m". */
export function memoryBytes(amount: string): number {
  return Number.parseInt(amount, 10) * (UNITS[amount.slice(-1)] ?? 1);
}

/** The engine is given hundredths at most. */
const cpus = (value: number) =>
  z
    .string()
    .regex(/^\d{1,3}(\.\d{1,2})?$/, "must be a number of CPUs such as 0.5 or 2")
    .transform(Number)
    .refine((amount) => amount >= MIN_CPUS, `must be at least ${MIN_CPUS}`)
    .default(value);

const MIN_CPUS = 0.05;

/** Names of containers, networks, volumes and folders begin with it: what Compose takes, and what fits into them all. */
const project = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,39}$/,
    "must be 1 to 40 lower-case letters, digits, - or _, starting with a letter or digit",
  );

const containerPrefix = z
  .string()
  .regex(
    /^([a-zA-Z0-9][a-zA-Z0-9_.-]{0,39})?$/,
    "must be empty or 1 to 40 letters, digits, -, _ or ., starting with a letter or digit",
  );

const retention = z.string().regex(/^[1-9]\d*(h|d|w|y)$/, "must be a time such as 12h, 7d or 4w");

const IMAGE = /^([a-z0-9.-]+(:\d+)?\/)?[a-z0-9]+([._/-]+[a-z0-9]+)*(:[\w][\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/;
const image = z
  .string()
  .refine((text) => text === "" || IMAGE.test(text), "must be empty or an image such as grafana/grafana:12.1.0");

/** No line breaks reach here; what would end or change the line in an env file is refused. */
const word = z.string().regex(/^[^\s"'$#\\]+$/, "must be one word without quotes, $, # or \\");

const nodeName = z
  .string()
  .regex(
    /^([a-zA-Z0-9][a-zA-Z0-9_.-]{0,252})?$/,
    "must be empty or 1 to 253 letters, digits, -, _ or ., starting with a letter or digit",
  );

/** Of basic auth, which ends the user at the first colon. */
const remoteWriteUser = z.string().regex(/^[^:\p{Cc}]*$/u, "must have no colon and no control characters");

/** Prometheus reads them from files, without the blanks at their ends. */
const fileSecret = z
  .string()
  .regex(/^(\S|\S.*\S)?$/, "must not begin or end with a blank")
  .regex(/^\P{Cc}*$/u, "must have no control characters");

/** A header holds nothing else. */
const token = z.string().regex(/^[\x21-\x7e]*$/, "must be ASCII characters without blanks");

/** As a browser's address bar has them, but for the port; one space between two, as Compose hands them on. */
const hosts = z
  .string()
  .transform((text) =>
    text
      .toLowerCase()
      .split(/[\s,]+/)
      .filter(Boolean),
  )
  .refine(
    (names) => names.every((name) => /^(\[[\da-f:.]+\]|[\w.-]+)$/.test(name)),
    "must be names like monitoring.example, without ports, separated by commas",
  )
  .transform((names) => names.join(" "))
  .default("");

/** Its folder is mounted, so that a new certificate is seen that takes the old one's place. */
const tlsFile = z
  .string()
  .refine(
    (file) => file === "" || isPathOfItsOwn(file),
    "must be empty or a file's path from / on, in a folder of its own",
  )
  .default("");

const storeAge = z.string().regex(/^[1-9]\d{0,3}(h|d|w|y)$/, "must be a time such as 12h, 7d or 4w");

/** Entries of the tracer's tables: its own bound. */
const MAX_FLOWS = 2 ** 24;

const AUTO_OR_NUMBER = "auto or a whole number";
const autoOr = (low: number, high: number) =>
  z.union([z.literal("auto"), integer(low, high, AUTO_OR_NUMBER)], bounds(AUTO_OR_NUMBER, low, high)).default("auto");

const onOff = (value: "on" | "off") => z.enum(["on", "off"], "must be on or off").default(value);

/** Of the containers whose HTTP is counted, or of services of Compose; "": of none. */
const containerNames = z
  .string()
  .regex(
    /^([A-Za-z0-9][\w.-]*([ ,]+|$))*$/,
    "must be names of containers or Compose services, with commas between them",
  )
  .default("");

/** The settings: one line each, read as text, with the value it has when left out. */
export const schema = z.strictObject({
  FLOWTALLY_PROJECT: project.default("flowtally"),
  FLOWTALLY_CONTAINER_PREFIX: containerPrefix.default(""),
  NODE_NAME: nodeName.default(""),
  PROMETHEUS_PORT: port(9090),
  GRAFANA_PORT: port(3000),
  CADVISOR_PORT: port(8080),
  NODE_EXPORTER_PORT: port(9100),
  EBPF_EXPORTER_PORT: port(9435),
  FLOW_EXPORTER_PORT: port(9436),
  FLOW_ALLOWED_HOSTS: hosts,
  PROMETHEUS_RETENTION: retention.default("7d"),
  PROMETHEUS_IMAGE: image.default(""),
  GRAFANA_IMAGE: image.default(""),
  CADVISOR_IMAGE: image.default(""),
  NODE_EXPORTER_IMAGE: image.default(""),
  EBPF_EXPORTER_IMAGE: image.default(""),
  ALERTMANAGER_IMAGE: image.default(""),
  ALERT_WEBHOOK_URL: webhook,
  REMOTE_WRITE_URL: remoteWriteUrl,
  REMOTE_WRITE_USER: remoteWriteUser.default(""),
  REMOTE_WRITE_PASSWORD: fileSecret.default(""),
  REMOTE_WRITE_BEARER_TOKEN: token.default(""),
  CILIUM_NODES: ciliumNodes,
  GRAFANA_ADMIN_USER: word.default("admin"),
  GRAFANA_ADMIN_PASSWORD: z.string().default(""),
  PROMETHEUS_MEMORY: memory("1g"),
  GRAFANA_MEMORY: memory("512m"),
  GRAFANA_TUNE: onOff("on"),
  CADVISOR_MEMORY: memory("256m"),
  NODE_EXPORTER_MEMORY: memory("64m"),
  EBPF_EXPORTER_MEMORY: memory("128m"),
  FLOW_TRACER_MEMORY: memory("256m", 64 * 2 ** 20, "64m, which includes its tables"),
  FLOW_EXPORTER_MEMORY: memory("512m"),
  DOCKER_FILTER_MEMORY: memory("32m"),
  GUARD_MEMORY: memory("32m"),
  ALERTMANAGER_MEMORY: memory("64m"),
  PROMETHEUS_CPUS: cpus(1),
  GRAFANA_CPUS: cpus(1),
  CADVISOR_CPUS: cpus(0.5),
  NODE_EXPORTER_CPUS: cpus(0.5),
  EBPF_EXPORTER_CPUS: cpus(0.5),
  FLOW_TRACER_CPUS: cpus(1),
  FLOW_EXPORTER_CPUS: cpus(2),
  DOCKER_FILTER_CPUS: cpus(0.5),
  GUARD_CPUS: cpus(1),
  ALERTMANAGER_CPUS: cpus(0.5),
  FLOW_UDP: z.enum(["on", "off", "functions", "cgroup"], "must be on, off, functions or cgroup").default("on"),
  FLOW_UDP_IDLE_SECONDS: integer(1, 3600).default(60),
  FLOW_MAX_FLOWS: autoOr(256, MAX_FLOWS),
  FLOW_MAX_EDGES: integer(10, 100_000).default(2000),
  FLOW_MAX_PORTS: integer(1, 65_535).default(64),
  FLOW_REFRESH_SECONDS: integer(1, 3600).default(10),
  FLOW_HTTP: containerNames,
  FLOW_TRACER_SOCKET: onOff("off"),
  FLOW_SOURCES: sources,
  HUBBLE_SOURCE_TLS: onOff("off"),
  HUBBLE_SOURCE_CA_FILE: tlsFile,
  HUBBLE_SOURCE_CERT_FILE: tlsFile,
  HUBBLE_SOURCE_KEY_FILE: tlsFile,
  HUBBLE_SOURCE_SERVER_NAME: z
    .string()
    .regex(/^[\w.-]{0,253}$/, "must be empty or a name such as node1.default.hubble-relay.cilium.io")
    .default(""),
  FLOW_STORE: store,
  FLOW_STORE_MAX_AGE: storeAge.default("7d"),
  FLOW_STORE_MAX_ROWS: integer(1, 1_000_000_000).default(1_000_000),
  ...hubbleSettings,
  HUBBLE_METRICS: onOff("off"),
});

export const KEYS: readonly string[] = Object.keys(schema.shape);

export type Settings = z.infer<typeof schema>;
