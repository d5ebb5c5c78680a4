import type Docker from "dockerode";
import type { StackNames } from "../settings/names.ts";

export interface ContainerState {
  service: string;
  /** The checkout it was started from; empty where that is not known. */
  folder: string;
  id: string;
  image: string;
  /** running, exited, restarting … */
  state: string;
  /** healthy, starting, unhealthy; none where the container has no health check. */
  health: string;
  /** Between two health checks; undefined where the container has none. */
  healthSeconds: number | undefined;
  /** What the last health check printed. */
  healthOutput: string;
  exitCode: number;
  oomKilled: boolean;
  /** How often it ended by itself and was started again. */
  restarts: number;
}

/** The containers of a stack, running or not. */
export async function listContainers(docker: Docker, project: string): Promise<ContainerState[]> {
  const filters = { label: [`com.docker.compose.project=${project}`, "com.docker.compose.oneoff=False"] };
  const found = await docker.listContainers({ all: true, filters });
  return Promise.all(found.map(({ Id }) => inspect(docker, Id)));
}

/** Projects of the other stacks on this host: those with a tracer, whether it runs or not. */
export async function otherStacks(docker: Docker, project: string): Promise<string[]> {
  const filters = { label: ["com.docker.compose.service=flow-tracer", "com.docker.compose.oneoff=False"] };
  const tracers = await docker.listContainers({ all: true, filters });
  const projects = tracers.map(({ Labels }) => Labels["com.docker.compose.project"] ?? "");
  return [...new Set(projects)].filter((other) => other !== project);
}

/** What the stacks are called by that were started from a folder, whether they run or not. */
export async function stacksStartedFrom(docker: Docker, folder: string): Promise<StackNames[]> {
  const service = "flow-tracer";
  const label = [`com.docker.compose.service=${service}`, `com.docker.compose.project.working_dir=${folder}`];
  const tracers = await docker.listContainers({ all: true, filters: { label } });
  return tracers.map(({ Labels, Names: [name = ""] }) => ({
    project: Labels["com.docker.compose.project"] ?? "",
    prefix: name.slice(1).replace(new RegExp(`${service}$`), ""),
  }));
}

async function inspect(docker: Docker, id: string): Promise<ContainerState> {
  const { Config, State, Id, RestartCount } = await docker.getContainer(id).inspect();
  return {
    service: Config.Labels["com.docker.compose.service"] ?? Id,
    folder: Config.Labels["com.docker.compose.project.working_dir"] ?? "",
    id: Id,
    image: Config.Image,
    state: State.Status,
    health: State.Health?.Status ?? "none",
    healthSeconds: secondsOf(Config.Healthcheck?.Interval),
    healthOutput: State.Health?.Log.at(-1)?.Output.trim() ?? "",
    exitCode: State.ExitCode,
    oomKilled: State.OOMKilled,
    restarts: RestartCount,
  };
}

function secondsOf(ns: number | undefined): number | undefined {
  return ns === undefined ? undefined : ns / 1e9;
}

export interface Memory {
  /** Bytes in use without the page cache that can go: what `docker stats` shows. */
  used: number;
  limit: number;
}

/** One reading of a running container's memory; undefined when it is not running. */
export async function memoryOf(docker: Docker, id: string): Promise<Memory | undefined> {
  const { memory_stats: memory } = await docker.getContainer(id).stats({ stream: false, "one-shot": true });
  if (memory?.usage === undefined) return undefined;
  // cgroup v1 and v2 name the reclaimable part differently.
  const details = memory.stats as unknown as Record<string, number | undefined>;
  const reclaimable = details.total_inactive_file ?? details.inactive_file ?? 0;
  return { used: memory.usage - reclaimable, limit: memory.limit };
}
