import path from "node:path";
import { reasonOf, StartError } from "../errors.ts";
import { createDocker } from "../lib/docker.ts";
import type { Host } from "../lib/host.ts";
import { waitFor } from "../lib/wait.ts";
import type { Command, Installer, SettleOptions } from "./types.ts";

const LOG = "/var/log/dockerd.log";
const LOG_LINES = 5;
const DEADLINE_MS = 60_000;
const SCRIPT = path.join(import.meta.dirname, "start-engine.sh");

/** Starts an engine that is installed but not running, and waits until it answers. */
export const startEngine: Installer = {
  title: "a running Docker engine",
  commands: async ({ host }) => [await startCommand(host)],
  settle: (options) => waitForEngine(options, DEADLINE_MS),
};

async function startCommand(host: Host): Promise<Command> {
  const bySystemd = (await host.readText("/proc/1/comm"))?.trim() === "systemd";
  return bySystemd ? ["systemctl", "start", "docker"] : ["sh", SCRIPT, LOG];
}

/** @throws StartError ENGINE_NOT_STARTED with the engine's last log lines once the deadline has passed. */
export async function waitForEngine({ host, signal }: SettleOptions, deadlineMs: number): Promise<void> {
  const docker = createDocker(host);
  const wait = { name: "the Docker engine", code: "ENGINE_NOT_STARTED", deadlineMs, signal, fix: `see ${LOG}` };
  await waitFor(wait, async () => docker.ping().catch(unlessDenied)).catch(async (error: unknown) => {
    throw error instanceof StartError ? await withLog(host, error) : error;
  });
}

/** A socket this user may not use is still the socket of a running engine. */
function unlessDenied(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== "EACCES") throw new Error(reasonOf(error), { cause: error });
}

async function withLog(host: Host, error: StartError): Promise<StartError> {
  const log = await lastLogLines(host);
  const why = log === "" ? error.explanation.why : `${error.explanation.why}; its last log lines:\n${log}`;
  return new StartError(error.code, { ...error.explanation, why }, { cause: error.cause });
}

async function lastLogLines(host: Host): Promise<string> {
  const file = await host.runAsRoot("tail", ["-n", String(LOG_LINES), LOG]);
  if (file.ok) return file.stdout.trim();
  const journal = await host.runAsRoot("journalctl", [
    "-u",
    "docker",
    "-n",
    String(LOG_LINES),
    "--no-pager",
    "-o",
    "cat",
  ]);
  return journal.ok ? journal.stdout.trim() : "";
}
