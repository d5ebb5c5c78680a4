import { z } from "zod";
import { type HubbleSettings, hubbleSchema, hubbleSettings, isTlsWhole } from "./hubble-settings.ts";
import { isNameless } from "./model/node.ts";
import { type HubbleOrigin, type HubbleTls, hubbleOrigin, originBelow } from "./sources/hubble/settings.ts";

const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

const leftOut = z.string().transform((value, context) => {
  try {
    return z.record(z.string(), z.string()).parse(JSON.parse(value));
  } catch {
    context.addIssue('must be JSON like {"part":"reason"}');
    return z.NEVER;
  }
});

/** Names or addresses as a browser's address bar has them; any port goes with them. */
const hosts = z
  .string()
  .transform((value) =>
    value
      .toLowerCase()
      .split(/[\s,]+/)
      .filter(Boolean)
      // A pod's address of version 6 comes without the brackets that a browser's address bar has.
      .map((name) => (z.ipv6().safeParse(name).success ? `[${name}]` : name)),
  )
  .refine((names) => names.every((name) => /^(\[[\da-f:.]+\]|[\w.-]+)$/.test(name)), {
    error: "must be names like monitoring.example, without a port, with commas between them",
  });

const MAX_SOCKETS = 8;
const MAX_HUBBLE = 8;

const KERNEL = "kernel";
const HUBBLE_METRICS = "hubble-metrics";

/** Where flows come from: the kernel, other tracers' sockets, Hubble's observers and files, and its metrics. */
const sources = z.string().transform((value, context) => {
  const names = value.split(",").map((name) => name.trim());
  const hubble = names.flatMap((name) => hubbleOrigin(name) ?? []);
  const known = [KERNEL, HUBBLE_METRICS, ...hubble.map(({ name }) => name)];
  const others = names.filter((name) => !known.includes(name));
  const wrong = others.find((name) => !/^uds:\/.{1,106}$/.test(name));
  if (wrong !== undefined) {
    const kinds = "kernel, uds:/PATH, hubble:HOST:PORT, hubble-file:/PATH or hubble-metrics";
    context.addIssue(`must be ${kinds}, with commas between them, and is: ${wrong}`);
    return z.NEVER;
  }
  if (new Set(names).size < names.length) context.addIssue("must name each source once");
  const sockets = others.map((name) => name.replace("uds:", ""));
  if (sockets.length > MAX_SOCKETS) context.addIssue(`must name ${MAX_SOCKETS} sockets at most`);
  if (hubble.length > MAX_HUBBLE) context.addIssue(`must name ${MAX_HUBBLE} of Hubble's at most`);
  return { kernel: names.includes(KERNEL), sockets, hubble, hubbleMetrics: names.includes(HUBBLE_METRICS) };
});

/** A faulty one is not repeated: it has a password. */
const store = z
  .string()
  .refine((text) => /^\/./.test(text) || (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text)), {
    error: "must be a file's path from / on, or postgres://USER:PASSWORD@HOST:PORT/DATABASE",
  });

const AGE_UNITS_MS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/** Milliseconds. */
const age = z
  .string()
  .regex(/^[1-9]\d{0,3}[hdwy]$/, "must be a time such as 12h, 7d or 4w")
  .transform((text) => Number.parseInt(text, 10) * (AGE_UNITS_MS[text.slice(-1)] ?? 0));

/**
 * A pod's specification can only put the node's address before the port, `https://$(NODE_IP):10250`, and Kubernetes gives one
 * of version 6 without the brackets that a URL needs. What stands behind the last colon is the port then.
 */
const kubeletUrl = z
  .string()
  .transform((text) => {
    const [, host = "", port] = text.match(/^https:\/\/([\da-f:.]+):(\d+)\/?$/i) ?? [];
    return z.ipv6().safeParse(host).success ? `https://[${host}]:${port}` : text;
  })
  .pipe(z.url({ protocol: /^https$/, error: "must be like https://10.0.0.1:10250 or https://[fd00::1]:10250" }));

/** Names of containers, or of services of Compose. */
const names = z.string().transform((text, context) => {
  const all = text.split(/[\s,]+/).filter(Boolean);
  const wrong = all.find((name) => !/^[\w][\w.-]*$/.test(name));
  if (wrong !== undefined)
    context.addIssue(`must be names of containers or Compose services, with commas between them, and is: ${wrong}`);
  return all;
});

const schema = z.object({
  FLOW_SOURCES: sources.default({ kernel: true, sockets: [], hubble: [], hubbleMetrics: false }),
  FLOW_PINS: z.string().min(1).default("/sys/fs/bpf/flowtally"),
  FLOW_CGROUP: z
    .string()
    .regex(/^(\/[^/\s]+)+$/, "must be a path from / on, without one at its end")
    .optional(),
  FLOW_PROC: z.string().min(1).default("/proc"),
  FLOW_RECORDING: z.string().default(""),
  FLOW_PORT: whole(0, 65_535).default(9436),
  FLOW_LISTEN: z.union([z.literal(""), z.ipv4(), z.ipv6()], { error: "must be an IP address" }).default(""),
  FLOW_ALLOWED_HOSTS: hosts.default([]),
  FLOW_MAX_EDGES: whole(1, 100_000).default(2_000),
  FLOW_MAX_PORTS: whole(1, 65_535).default(64),
  FLOW_REFRESH_SECONDS: whole(1, 60).default(10),
  FLOW_COLLECT_SECONDS: whole(1, 60).default(1),
  FLOW_UDP: z.enum(["on", "off", "functions", "cgroup"]).default("off"),
  FLOW_HTTP: names.default([]),
  FLOW_STATE: z.string().default(""),
  FLOW_NODE: z.string().default(""),
  FLOW_LEFT_OUT: leftOut.default({}),
  FLOW_CONSOLE: z.string().default(""),
  FLOW_DASHBOARDS: z.string().default(""),
  FLOW_PROMETHEUS: z.union([z.literal(""), z.url({ protocol: /^https?$/ })]).default(""),
  FLOW_TRACER_SOCKET: z
    .string()
    .regex(/^(\/.{1,106})?$/, "must be a path from / on, of at most 107 characters")
    .default(""),
  FLOW_TRACER_SOCKET_MODE: z
    .string()
    .regex(/^0?[0-7]{3}$/, "must be three octal digits, like 0660")
    .default("0660"),
  FLOW_TRACER_SOCKET_OWNER: z
    .string()
    .regex(/^\d{1,9}:\d{1,9}$/, "must be the numbers of a user and a group, like 0:60906")
    .optional(),
  FLOW_STORE: store.optional(),
  FLOW_STORE_MAX_AGE: age.default(7 * 86_400_000),
  FLOW_STORE_MAX_ROWS: whole(1, 1_000_000_000).default(1_000_000),
  DOCKER_SOCKET: z.string().min(1).default("/var/run/docker.sock"),
  KUBELET_URL: kubeletUrl.optional(),
  KUBELET_TOKEN_FILE: z.string().min(1).default("/var/run/secrets/kubernetes.io/serviceaccount/token"),
  KUBELET_CA_FILE: z.string().min(1).default("/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"),
  KUBERNETES_API: z
    .string()
    .regex(/^(off|in-cluster|\/.+)$/, "must be off, in-cluster, or the path of a kubeconfig, from / on")
    .default("off"),
  HUBBLE_SOURCE_TLS: z.enum(["on", "off"]).default("off"),
  HUBBLE_SOURCE_CA_FILE: z.string().min(1).optional(),
  HUBBLE_SOURCE_CERT_FILE: z.string().min(1).optional(),
  HUBBLE_SOURCE_KEY_FILE: z.string().min(1).optional(),
  HUBBLE_SOURCE_ROOT: z
    .string()
    .regex(/^(\/[^/]+)+$/, "must be a folder's path from / on, without a / at its end")
    .default(""),
  HUBBLE_SOURCE_SERVER_NAME: z
    .string()
    .regex(/^[\w.-]+$/, "must be a name like *.hubble-relay.cilium.io, with a label in place of the *")
    .optional(),
  NODE_IP: z.union([z.ipv4(), z.ipv6()], { error: "must be an IP address" }).optional(),
  ...hubbleSchema,
});

const consistent = schema
  .refine(({ FLOW_SOURCES, FLOW_PROMETHEUS }) => !FLOW_SOURCES.hubbleMetrics || FLOW_PROMETHEUS !== "", {
    path: ["FLOW_SOURCES"],
    error: "hubble-metrics needs FLOW_PROMETHEUS, where the metrics are",
  })
  .refine(
    ({ HUBBLE_SOURCE_CERT_FILE: cert, HUBBLE_SOURCE_KEY_FILE: key }) => (cert === undefined) === (key === undefined),
    {
      path: ["HUBBLE_SOURCE_CERT_FILE"],
      error: "goes with HUBBLE_SOURCE_KEY_FILE: both, or none",
    },
  )
  // What a database does not take waits in the folder of the totals.
  .refine(({ FLOW_STORE, FLOW_STATE }) => FLOW_STORE === undefined || FLOW_STATE !== "", {
    path: ["FLOW_STORE"],
    error: "needs FLOW_STATE, the folder where what the database does not take waits",
  })
  .refine(({ FLOW_HTTP, FLOW_STATE }) => FLOW_HTTP.length === 0 || FLOW_STATE !== "", {
    path: ["FLOW_HTTP"],
    error: "needs FLOW_STATE, the folder where the tracer reads which containers these are",
  })
  // Two machines of one name would have each other's containers, and each other's halves of flows that leave neither.
  .refine(({ FLOW_STORE, FLOW_NODE }) => !isShared(FLOW_STORE) || !isNameless(FLOW_NODE), {
    path: ["FLOW_STORE"],
    error: "needs FLOW_NODE, a name of this machine that no other one has that writes to the same database",
  })
  .refine(isTlsWhole, {
    path: ["HUBBLE_TLS_CERT_FILE"],
    error: "needs HUBBLE_TLS_KEY_FILE, and is needed by it and by HUBBLE_TLS_CLIENT_CA_FILE",
  });

/** Files are read where the machine's are mounted. */
function sourcesOf({ FLOW_SOURCES, HUBBLE_SOURCE_ROOT: root }: z.infer<typeof schema>): Settings["sources"] {
  return { ...FLOW_SOURCES, hubble: FLOW_SOURCES.hubble.map((origin) => originBelow(root, origin)) };
}

/** Undefined: without. */
function hubbleTlsOf(data: z.infer<typeof schema>): HubbleTls | undefined {
  if (data.HUBBLE_SOURCE_TLS === "off") return undefined;
  return {
    caFile: data.HUBBLE_SOURCE_CA_FILE,
    certFile: data.HUBBLE_SOURCE_CERT_FILE,
    keyFile: data.HUBBLE_SOURCE_KEY_FILE,
    serverName: data.HUBBLE_SOURCE_SERVER_NAME,
  };
}

/** Whether other machines may write there. */
function isShared(store: string | undefined): boolean {
  return store !== undefined && !store.startsWith("/");
}

export interface Settings {
  /** Where flows come from: the tracer's pins, other tracers' sockets, Hubble's observers and files, its metrics, which Prometheus has. */
  sources: { kernel: boolean; sockets: readonly string[]; hubble: readonly HubbleOrigin[]; hubbleMetrics: boolean };
  /** How Hubble's observers are reached; undefined: without TLS. */
  hubbleTls: HubbleTls | undefined;
  /** Folder with the tracer's pins. */
  pins: string;
  proc: string;
  /**
   * Path of the control group below which this node's containers are, where several nodes share one kernel, as those of
   * a test do: others' sockets are left out. undefined: all are this node's.
   */
  cgroup: string | undefined;
  /** Folder of a recording that is read instead of pins, Docker and /proc; "": none. */
  recording: string;
  /** 0 takes any free port. */
  port: number;
  /** Address it listens at; "": all of this machine's. */
  listen: string;
  /** Names it is called by, besides those of this machine's loopback and its own. */
  allowedHosts: readonly string[];
  maxEdges: number;
  /** Ports with an edge of their own, of two endpoints and a protocol. */
  maxPorts: number;
  refreshSeconds: number;
  collectSeconds: number;
  /** The tracer was started to count UDP. */
  udp: boolean;
  /** Containers, or services of Compose, whose HTTP the tracer counts (--http). */
  http: readonly string[];
  /** Folder the totals are kept in over a restart; "": they are not. */
  state: string;
  /** Name of this machine. */
  node: string;
  /** Parts of the stack that do not run here, and why. */
  leftOut: Readonly<Record<string, string>>;
  /** Folder of the built console; "": none is served. */
  console: string;
  /** Folder of Grafana's dashboards, which the console draws; "": none. */
  dashboards: string;
  /** Where the console's questions go, such as http://prometheus:9090; "": nowhere. */
  prometheus: string;
  /** Undefined: Docker is not asked. */
  dockerSocket: string | undefined;
  /** Undefined: no kubelet is asked. */
  kubelet: { url: string; tokenFile: string; caFile: string; nodeAddress: string } | undefined;
  /** How the API server is reached: in-cluster, or by the kubeconfig at a path; undefined: it is not asked. */
  kubernetesApi: string | undefined;
  /** Where flows are served to other programs; path "": nowhere. */
  tracerSocket: { path: string; mode: number; owner: { uid: number; gid: number } | undefined };
  /** Where transactions are kept, by whose address nothing but the store goes, and whether other nodes may write there; undefined: nowhere. */
  store: { address: string; isShared: boolean; maxAgeMs: number; maxRows: number } | undefined;
  hubble: HubbleSettings;
}

/** The environment does not make sense; the message names every fault. */
class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/**
 * Reads the settings; an empty value counts as left out.
 * Unknown names are ignored, because orchestrators add FLOW_… variables of their own.
 * @throws SettingsError
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.entries(env).filter(([, value]) => value !== "");
  const parsed = consistent.safeParse(Object.fromEntries(given));
  if (!parsed.success) {
    throw new SettingsError(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "));
  }
  const { data } = parsed;
  const { FLOW_STORE: address, FLOW_STORE_MAX_AGE: maxAgeMs, FLOW_STORE_MAX_ROWS: maxRows } = data;
  return {
    sources: sourcesOf(data),
    hubbleTls: hubbleTlsOf(data),
    pins: data.FLOW_PINS,
    proc: data.FLOW_PROC,
    cgroup: data.FLOW_CGROUP,
    recording: data.FLOW_RECORDING,
    port: data.FLOW_PORT,
    listen: data.FLOW_LISTEN,
    allowedHosts: data.FLOW_ALLOWED_HOSTS,
    maxEdges: data.FLOW_MAX_EDGES,
    maxPorts: data.FLOW_MAX_PORTS,
    refreshSeconds: data.FLOW_REFRESH_SECONDS,
    collectSeconds: data.FLOW_COLLECT_SECONDS,
    udp: data.FLOW_UDP !== "off",
    http: data.FLOW_HTTP,
    state: data.FLOW_STATE,
    node: data.FLOW_NODE,
    leftOut: data.FLOW_LEFT_OUT,
    console: data.FLOW_CONSOLE,
    dashboards: data.FLOW_DASHBOARDS,
    prometheus: data.FLOW_PROMETHEUS,
    dockerSocket: data.DOCKER_SOCKET === "off" ? undefined : data.DOCKER_SOCKET,
    kubelet: kubeletOf(data),
    kubernetesApi: data.KUBERNETES_API === "off" ? undefined : data.KUBERNETES_API,
    tracerSocket: {
      path: data.FLOW_TRACER_SOCKET,
      mode: Number.parseInt(data.FLOW_TRACER_SOCKET_MODE, 8),
      owner: ownerOf(data.FLOW_TRACER_SOCKET_OWNER),
    },
    store: address === undefined ? undefined : { address, isShared: isShared(address), maxAgeMs, maxRows },
    hubble: hubbleSettings(data),
  };
}

function kubeletOf(data: z.infer<typeof schema>): Settings["kubelet"] {
  const { KUBELET_URL: url, KUBELET_TOKEN_FILE: tokenFile, KUBELET_CA_FILE: caFile, NODE_IP: nodeAddress = "" } = data;
  return url === undefined ? undefined : { url, tokenFile, caFile, nodeAddress };
}

function ownerOf(text: string | undefined) {
  const [uid, gid] = text?.split(":").map(Number) ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}
