import type Docker from "dockerode";
import { StartError } from "../errors.ts";
import { isMissing } from "../lib/docker.ts";
import type { Phase } from "./phases.ts";

/** On every container and network of a load; its value is the process id of the launcher that made it. */
const LABEL = "flowtally.stress";
/** On them, too: the project of the stack that the load is seen in. */
const PROJECT_LABEL = "flowtally.project";
export const PREFIX = "flowtally-stress";
/** A container whose launcher was killed ends by itself after this. */
export const LIFE_SECONDS = 900;

const LEAST_RIGHTS = { CapDrop: ["ALL"], SecurityOpt: ["no-new-privileges:true"], PidsLimit: 256 };
/** Half the weight of any other container: on a busy machine a load steps back. */
const CPU_SHARES = 512;

export interface ContainerOptions {
  name: string;
  /** Of the stack that the load is seen in. */
  project: string;
  image: string;
  command: readonly string[];
  memoryBytes: number;
  cores: number;
  /** "none", or a network's name. */
  network: string;
  /** HOST:CONTAINER:ro */
  mounts?: readonly string[];
}

/** Makes and starts a container of a load; it has no rights, and no more of the machine than it is given. */
export async function startContainer(docker: Docker, options: ContainerOptions): Promise<Docker.Container> {
  const [entrypoint = "", ...command] = options.command;
  const container = await docker.createContainer({
    name: options.name,
    Image: options.image,
    User: "0:0",
    WorkingDir: "/load",
    Entrypoint: [entrypoint],
    Cmd: command,
    Labels: labels(options.project),
    HostConfig: {
      ...LEAST_RIGHTS,
      CpuShares: CPU_SHARES,
      NanoCpus: options.cores * 1e9,
      Memory: options.memoryBytes,
      MemorySwap: options.memoryBytes,
      NetworkMode: options.network,
      Binds: [...(options.mounts ?? [])],
    },
  });
  await container.start();
  return container;
}

export async function createNetwork(docker: Docker, name: string, project: string): Promise<void> {
  await docker.createNetwork({ Name: name, Labels: labels(project) });
}

function labels(project: string): Record<string, string> {
  return { [LABEL]: String(process.pid), [PROJECT_LABEL]: project };
}

/**
 * Removes every container and network of a load, also those a killed launcher left.
 * @param project only those of this stack's; undefined: of all, whose names a load is about to take.
 */
export async function removeLoads(docker: Docker, project?: string): Promise<void> {
  const filters = { label: [LABEL, ...(project === undefined ? [] : [`${PROJECT_LABEL}=${project}`])] };
  for (const { Id } of await docker.listContainers({ all: true, filters })) {
    await docker.getContainer(Id).remove({ force: true, v: true }).catch(unlessMissing);
  }
  for (const { Id } of await docker.listNetworks({ filters })) {
    await docker.getNetwork(Id).remove().catch(unlessMissing);
  }
}

/**
 * Two loads at a time would each be seen in the other's figures.
 * @throws StartError STRESS_RUNNING
 */
export async function assertNoLoad(docker: Docker): Promise<void> {
  const containers = await docker.listContainers({ filters: { label: [LABEL] } });
  const owners = containers.map(({ Labels }) => Number(Labels[LABEL]));
  const owner = owners.find(isAlive);
  if (owner === undefined) return;
  throw new StartError("STRESS_RUNNING", {
    what: "Another load is running",
    why: `process ${owner} started it`,
    fix: "wait until it ends, or stop it with Ctrl-C",
  });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function unlessMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}

/**
 * Runs a command in a container to its end.
 * @returns what it printed, and the time it took.
 * @throws StartError LOAD_FAILED with its last words, or the signal's reason; the command may go on then until the container is removed.
 */
export async function runIn(
  container: Docker.Container,
  command: readonly string[],
  signal: AbortSignal,
): Promise<{ text: string; span: Phase }> {
  const exec = await container.exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true, Tty: true });
  const from = Date.now() / 1000;
  const output = await exec.start({ Tty: true });
  const onAbort = () => output.destroy(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    signal.throwIfAborted();
    let text = "";
    for await (const chunk of output) text += String(chunk);
    const to = Date.now() / 1000;
    const { ExitCode } = await exec.inspect();
    if (ExitCode !== 0) throw loadFailed(command, ExitCode, text);
    return { text, span: { from, to } };
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function loadFailed(command: readonly string[], exitCode: number | null, text: string): StartError {
  return new StartError("LOAD_FAILED", {
    what: `\`${command[0]}\` ended with exit code ${exitCode}`,
    why: text.trim().split("\n").slice(-5).join("\n") || "it printed nothing",
    fix: "the lines above name the cause; `npm run doctor` checks the machine",
  });
}
