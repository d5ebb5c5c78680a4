import { stat } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { ROOT } from "../lib/launcher.ts";

const DOCKER_SOCKET = "/var/run/docker.sock";

export interface RunningExporter {
  url: string;
  /** SIGTERM, then the exit code and how long that took. */
  stop(): Promise<{ exitCode: number | undefined; seconds: number }>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/**
 * Starts the exporter as its container does: user 65534 with the Docker socket's group, and no capability.
 * With a folder for its state, totals outlive it.
 */
export async function startExporter(pins: string, state = ""): Promise<RunningExporter> {
  const { gid } = await stat(DOCKER_SOCKET);
  const rights = ["--reuid=65534", "--regid=65534", `--groups=${gid}`, "--bounding-set=-all", "--no-new-privs"];
  const main = path.join(ROOT, "exporters/flow-exporter/main.ts");
  const child = execa("setpriv", [...rights, process.execPath, main], {
    env: { FLOW_PINS: pins, FLOW_PORT: "0", FLOW_STATE: state, DOCKER_SOCKET },
    reject: false,
    all: true,
    buffer: { stdout: false, stderr: false, all: true },
  });
  let port: number | undefined;
  for await (const line of createInterface(child.stdout)) {
    port = JSON.parse(line).port;
    if (port) break;
  }
  if (!port) throw new Error(`the exporter did not start: ${(await child).all}`);
  child.stdout.resume();
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      const start = performance.now();
      child.kill("SIGTERM");
      const { exitCode } = await child;
      return { exitCode, seconds: (performance.now() - start) / 1000 };
    },
    kill: async () => {
      child.kill("SIGKILL");
      await child;
    },
  };
}
