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
}

/**
 * Measures a container's memory, sets its limit while it runs, and keeps the limit for the next start.
 * @throws StartError NO_GRAFANA, NO_CONTAINER, NO_PROMETHEUS, TOO_LITTLE_DATA, LIMIT_REFUSED, DOCKER_NOT_RUNNING
 */
export async function tune(options: TuneOptions): Promise<Tuned> {
  const { docker, prometheus, layout, settings, container, windowSeconds } = options;
  const previousBytes = await limitOf(options);
  const use = await readUse(prometheus, container, windowSeconds);
  const limit = limitFor(use, options.exact);
  await apply(docker, container, limit.bytes);
  const kept = await keepLimit(layout, settings, serviceOf(layout, container), `${limit.bytes / 2 ** 20}m`);
  return { container, windowSeconds, use, limit, previousBytes, kept };
}

/** The memory limit of a running container. */
async function limitOf({ docker, layout, container }: TuneOptions): Promise<number> {
  const found = await docker
    .getContainer(container)
    .inspect()
    .catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw noDocker(error);
    });
  if (found?.State.Running) return found.HostConfig.Memory ?? 0;
  throw await notRunning(layout, container, found ? `it is ${found.State.Status}` : "there is no such container");
}

/** The stack's service that a container is; undefined for one that is none. */
function serviceOf({ names }: Layout, container: string): string | undefined {
  return SERVICES.find(({ name }) => containerName(names, name) === container)?.name;
}

async function notRunning(layout: Layout, container: string, state: string): Promise<StartError> {
  const service = serviceOf(layout, container);
  const reason = (await readState(layout)).leftOut.find(({ part }) => part === service)?.reason;
  return new StartError(service === "grafana" ? "NO_GRAFANA" : "NO_CONTAINER", {
    what: `${container} does not run, so its memory cannot be tuned`,
    why: reason ?? state,
    fix:
      reason === undefined ? "run `npm start`" : "`docker load` its image or set GRAFANA_IMAGE, then run `npm start`",
  });
}

/** Swap goes with it: Docker refuses a limit above the old one for both, and gives twice the memory by default. */
async function apply(docker: Docker, container: string, bytes: number): Promise<void> {
  try {
    await docker.getContainer(container).update({ Memory: bytes, MemorySwap: 2 * bytes });
  } catch (cause) {
    const what = `Docker did not take ${bytes / 2 ** 20} MiB as the limit of ${container}`;
    const fix = "if it uses more than that now, tune without --exact";
    throw new StartError("LIMIT_REFUSED", { what, why: reasonOf(cause), fix }, { cause });
  }
}
