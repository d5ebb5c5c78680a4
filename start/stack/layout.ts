import path from "node:path";
import { DEFAULT_NAMES, hasDefaultNames, type StackNames } from "../settings/names.ts";

/**
 * Everything the launcher writes lies in `.env` and `.flowtally/`, both ignored by git; for a stack of another name than
 * the default one, in `.flowtally/stacks/` and its name.
 */
export interface Layout {
  root: string;
  /** What the stack is called by whose files these are. */
  names: StackNames;
  /** The folder of generated files, as seen from the root. */
  folder: string;
  config: string;
  composeFile: string;
  env: string;
  state: string;
  /** Programs that are mounted into the containers: the health probe, and what waits for a socket or makes one. */
  bin: string;
  /** Sources of the BPF examples. */
  examples: string;
  /** Folder of vmlinux.h, which the tracer and the examples are compiled against. */
  kernelTypes: string;
  /** Compiled BPF examples, as ebpf_exporter reads them. */
  ebpf: string;
  /** Prometheus targets that depend on the host. */
  targets: string;
  /** Prometheus' configuration and the dashboards, which name containers of the stack: the repository's, or copies. */
  prometheus: string;
  dashboards: string;
  /** Dashboards that were fetched from where they are published, which Grafana shows besides. */
  published: string;
  /** Where the tracer writes what the kernel's verifier says of a program that it refuses. */
  verifierLogs: string;
  /** What this host needs on top of docker-compose.yml. */
  hostCompose: string;
  grafanaPassword: string;
  /** Where alerts are sent to. */
  webhook: string;
  /** Password or token for the remote storage. */
  remoteWriteSecret: string;
  /** Which database flows are written to. */
  store: string;
  /** What keeps hashes of the configurations, which everybody may see, from telling the passwords in them. */
  salt: string;
  /** Memory limits found by `npm run tune`. */
  memoryLimits: string;
  /** Process id and output of the tuner that `npm start` leaves behind. */
  tunerPid: string;
  tunerLog: string;
  /** Which start is at work. */
  startLock: string;
  /** Everything the last start did; the log of the start before it has `.1` behind its name. */
  startLog: string;
}

export const DEFAULT_CONFIG = "config.monitoring";
const FOLDER = ".flowtally";

/** The settings file as a user is told of it. */
export function configName({ root, config }: Pick<Layout, "root" | "config">): string {
  const name = path.relative(root, config);
  return name.startsWith("..") ? config : name;
}

export function layoutOf(root: string, config = DEFAULT_CONFIG, names = DEFAULT_NAMES): Layout {
  const isDefault = names.project === DEFAULT_NAMES.project;
  const folder = isDefault ? FOLDER : path.join(FOLDER, "stacks", names.project);
  const own = (name: string) => path.join(root, folder, name);
  return {
    root,
    names,
    folder,
    config: path.resolve(root, config),
    composeFile: path.join(root, "docker-compose.yml"),
    // Where Compose itself looks for it, if it is given nothing else.
    env: isDefault ? path.join(root, ".env") : own("env"),
    state: own("state.json"),
    bin: own("bin"),
    examples: path.join(root, "ebpf-examples"),
    kernelTypes: path.join(root, "exporters/flow-tracer/bpf"),
    ebpf: own("ebpf"),
    targets: own("targets"),
    prometheus: hasDefaultNames(names) ? path.join(root, "prometheus") : own("prometheus"),
    dashboards: hasDefaultNames(names) ? path.join(root, "grafana/dashboards") : own("dashboards"),
    published: own("published"),
    verifierLogs: own("logs"),
    hostCompose: own("compose.host.yml"),
    grafanaPassword: own("grafana-password"),
    webhook: own("alerts/webhook-url"),
    remoteWriteSecret: own("remote-write/secret"),
    store: own("store/address"),
    salt: own("salt"),
    memoryLimits: own("memory-limits.json"),
    tunerPid: own("tune.pid"),
    tunerLog: own("tune.log"),
    startLock: own("start.lock"),
    startLog: own("start.log"),
  };
}
