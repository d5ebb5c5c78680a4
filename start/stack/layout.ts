import path from "node:path";

/** Everything the launcher writes lies in `.env` and `.flowtally/`, both ignored by git. */
export interface Layout {
  root: string;
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
  /** Where the tracer writes what the kernel's verifier says of a program that it refuses. */
  verifierLogs: string;
  /** What this host needs on top of docker-compose.yml. */
  hostCompose: string;
  grafanaPassword: string;
  /** Memory limits found by `npm run tune`. */
  memoryLimits: string;
  /** Process id and output of the tuner that `npm start` leaves behind. */
  tunerPid: string;
  tunerLog: string;
}

export function layoutOf(root: string, config = "config.monitoring"): Layout {
  const own = (name: string) => path.join(root, ".flowtally", name);
  return {
    root,
    config: path.resolve(root, config),
    composeFile: path.join(root, "docker-compose.yml"),
    env: path.join(root, ".env"),
    state: own("state.json"),
    bin: own("bin"),
    examples: path.join(root, "ebpf-examples"),
    kernelTypes: path.join(root, "exporters/flow-tracer/bpf"),
    ebpf: own("ebpf"),
    targets: own("targets"),
    verifierLogs: own("logs"),
    hostCompose: own("compose.host.yml"),
    grafanaPassword: own("grafana-password"),
    memoryLimits: own("memory-limits.json"),
    tunerPid: own("tune.pid"),
    tunerLog: own("tune.log"),
  };
}
