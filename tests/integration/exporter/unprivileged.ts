import { chmod, stat } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { bundleService } from "../../../start/images/bundle.ts";
import { enterable, runnable } from "../lib/enterable.ts";
import { ROOT } from "../lib/launcher.ts";

/** Its user and group, as in docker-compose.yml. */
export const EXPORTER = 60_906;
const DOCKER_SOCKET = "/var/run/docker.sock";

interface LogLine {
  level: number;
  msg: string;
  source?: string;
  reason?: string;
  port?: number;
}

export interface RunningExporter {
  url: string;
  /** What it has logged so far, a line each. */
  log: readonly LogLine[];
  /** SIGTERM, then the exit code and how long that took. */
  stop(): Promise<{ exitCode: number | undefined; seconds: number }>;
  signal(name: NodeJS.Signals): void;
  /** SIGKILL. */
  kill(): Promise<void>;
}

export interface ExporterOptions {
  /** Folder of its state: with one, totals outlive it. */
  state?: string;
  dockerSocket?: string;
  refreshSeconds?: number;
  collectSeconds?: number;
  maxEdges?: number;
  /** Other variables that it reads. */
  env?: Readonly<Record<string, string>>;
}

/**
 * Starts the exporter as its container does: a user of its own with the group of the socket it asks, with a store that of root
 * too, for what this machine translates, and no capability.
 */
export async function startExporter(pins: string, options: ExporterOptions = {}): Promise<RunningExporter> {
  const {
    state = "",
    dockerSocket = DOCKER_SOCKET,
    refreshSeconds = 10,
    collectSeconds = 1,
    maxEdges = 2_000,
  } = options;
  const gid = await groupOf(dockerSocket);
  const rights = [
    `--reuid=${EXPORTER}`,
    `--regid=${EXPORTER}`,
    `--groups=${[gid, ...(options.env?.FLOW_STORE ? [0] : [])].join()}`,
    "--bounding-set=-all",
    "--no-new-privs",
  ];
  const env = { FLOW_PINS: pins, FLOW_PORT: "0", FLOW_STATE: state, DOCKER_SOCKET: dockerSocket };
  const child = execa("setpriv", [...rights, ...(await runnableExporter())], {
    env: {
      ...env,
      FLOW_REFRESH_SECONDS: `${refreshSeconds}`,
      FLOW_COLLECT_SECONDS: `${collectSeconds}`,
      FLOW_MAX_EDGES: `${maxEdges}`,
      ...options.env,
    },
    reject: false,
    all: true,
  });
  const log: LogLine[] = [];
  const port = await new Promise<number>((resolve, reject) => {
    createInterface(child.stdout).on("line", (text) => {
      const line = JSON.parse(text) as LogLine;
      log.push(line);
      if (line.port) resolve(line.port);
    });
    void child.then(({ all }) => reject(new Error(`the exporter did not start: ${all}`)));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    log,
    stop: async () => {
      const start = performance.now();
      child.kill("SIGTERM");
      const { exitCode } = await child;
      return { exitCode, seconds: (performance.now() - start) / 1000 };
    },
    signal: (name) => void child.kill(name),
    kill: async () => {
      child.kill("SIGKILL");
      await child;
    },
  };
}

let bundle: Promise<string> | undefined;

/** The words by which every user can start the exporter. */
async function runnableExporter(): Promise<string[]> {
  bundle ??= makeBundle();
  return [await runnable(process.execPath), await bundle];
}

async function makeBundle(): Promise<string> {
  const file = path.join(await enterable(), "exporter.mjs");
  await bundleService(path.join(ROOT, "exporters/flow-exporter"), file);
  await chmod(file, 0o644);
  return file;
}

/** Of a socket that is not there yet, nobody's in particular. */
async function groupOf(socket: string): Promise<number> {
  const found = await stat(socket).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  return found?.gid ?? EXPORTER;
}
