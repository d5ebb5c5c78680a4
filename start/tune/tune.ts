import type Docker from "dockerode";
import { reasonOf, StartError } from "../errors.ts";
import { isMissing, noDocker } from "../lib/docker.ts";
import type { Settings } from "../settings/index.ts";
import { containerName } from "../settings/names.ts";
import { readState } from "../stack/files.ts";
import type { Layout } from "../stack/layout.ts";
import { keepLimit } from "../stack/memory-limits.ts";
import type { Prometheus } from "../stack/prometheus.ts";
import { SERVICES } from "../stack/services.ts";
import { type Limit, limitFor } from "./rule.ts";
import { type MeasuredUse, readUse } from "./use.ts";

export interface TuneOptions {
  docker: Docker;
  prometheus: Prometheus;
  layout: Layout;
  settings: Settings;
  container: string;
  windowSeconds: number;
  /** Average + 20 % even where the peak would not fit. */
  exact: boolean;
  /** Measure only: nothing is changed. */
  dryRun: boolean;
}

export interface Tuned {
  container: string;
  windowSeconds: number;
  use: MeasuredUse;
  limit: Limit;
  /** Bytes; 0 where there was none. */
  previousBytes: number;
  /** Whether the next start will use it: services of the stack only. */
  kept: boolean;
  /** False for a dry run. */
  applied: boolean;
}

/**
 * Measures a container's memory, sets its limit while it runs, and keeps the limit for the next start.
 * With `dryRun` it measures and changes nothing.
 * @throws StartError NO_GRAFANA, NO_CONTAINER, NO_PROMETHEUS, TOO_LITTLE_DATA, LIMIT_REFUSED, DOCKER_NOT_RUNNING
 */
export async function tune(options: TuneOptions): Promise<Tuned> {
  const { docker, prometheus, layout, settings, container, windowSeconds } = options;
  const previousBytes = await limitOf(options);
  const use = await readUse(prometheus, container, windowSeconds);
  const limit = limitFor(use, options.exact);
  const measured = { container, windowSeconds, use, limit, previousBytes };
  if (options.dryRun) return { ...measured, kept: false, applied: false };
  await setLimit(docker, container, limit.bytes);
  const kept = await keepLimit(layout, settings, serviceOf(layout, container), `${limit.bytes / 2 ** 20}m`);
  return { ...measured, kept, applied: true };
}

/** The memory limit of a running container. */
export async function limitOf({
  docker,
  layout,
  container,
}: Pick<TuneOptions, "docker" | "layout" | "container">): Promise<number> {
  const found = await docker
    .getContainer(container)
    .inspect()
    .catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw noDocker(error);
    });
  if (found?.State.Running) return found.HostConfig.Memory ?? 0;
  const why = found ? `it is ${found.State.Status}` : "there is no container of that name";
  throw await notRunning(docker, layout, container, why);
}

/** The stack's service that a container is; undefined for one that is none. */
export function serviceOf({ names }: Layout, container: string): string | undefined {
  return SERVICES.find(({ name }) => containerName(names, name) === container)?.name;
}

async function notRunning(docker: Docker, layout: Layout, container: string, state: string): Promise<StartError> {
  const service = serviceOf(layout, container);
  const reason = (await readState(layout)).leftOut.find(({ part }) => part === service)?.reason;
  return new StartError(service === "grafana" ? "NO_GRAFANA" : "NO_CONTAINER", {
    what: `${container} is not running, so its memory cannot be tuned`,
    why: reason ?? state,
    fix: reason === undefined ? await remedy(docker, service) : `${LOAD_IMAGE}, then run \`npm start\``,
  });
}

const LOAD_IMAGE = "load its image with `docker load` or set GRAFANA_IMAGE";

async function remedy(docker: Docker, service: string | undefined): Promise<string> {
  if (service !== undefined) return "run `npm start`";
  const running = (await docker.listContainers()).map(({ Names: [name = ""] }) => name.slice(1)).sort();
  return running.length === 0 ? "start it first" : `name one that is running: ${running.join(", ")}`;
}

/** Swap goes with it: Docker refuses a limit above the old one for both, and gives twice the memory by default. */
export async function setLimit(docker: Docker, container: string, bytes: number): Promise<void> {
  try {
    await docker.getContainer(container).update({ Memory: bytes, MemorySwap: 2 * bytes });
  } catch (cause) {
    const what = `Docker refused to set the limit of ${container} to ${bytes / 2 ** 20} MiB`;
    const fix = "if it is using more than that right now, tune without --exact";
    throw new StartError("LIMIT_REFUSED", { what, why: reasonOf(cause), fix }, { cause });
  }
}
