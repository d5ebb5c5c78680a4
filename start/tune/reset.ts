import type Docker from "dockerode";
import { StartError } from "../errors.ts";
import type { Host } from "../lib/host.ts";
import { memoryBytes, type Settings } from "../settings/index.ts";
import type { Layout } from "../stack/layout.ts";
import { forgetLimit, limitSetting } from "../stack/memory-limits.ts";
import { endTuner } from "./background.ts";
import { limitOf, serviceOf, setLimit } from "./tune.ts";

interface ResetOptions {
  host: Host;
  docker: Docker;
  layout: Layout;
  settings: Settings;
  container: string;
}

export interface Restored {
  container: string;
  /** The setting it has its limit from again. */
  setting: string;
  bytes: number;
  /** Bytes; 0 where there was none. */
  previousBytes: number;
}

/**
 * Gives a service's container the limit of its setting again, while it runs and for the next start. A tuner that still waits
 * for its samples is ended: it would tune again.
 * @throws StartError NO_SETTING for a container that is no service; NO_GRAFANA, NO_CONTAINER, LIMIT_REFUSED, DOCKER_NOT_RUNNING
 */
export async function resetLimit({ host, docker, layout, settings, container }: ResetOptions): Promise<Restored> {
  const service = serviceOf(layout, container);
  const setting = service === undefined ? undefined : limitSetting(settings, service);
  if (service === undefined || setting === undefined) throw noSetting(container);
  const previousBytes = await limitOf({ docker, layout, container });
  const bytes = memoryBytes(setting.value);
  await endTuner(host, layout);
  await setLimit(docker, container, bytes);
  await forgetLimit(layout, settings, service);
  return { container, setting: setting.name, bytes, previousBytes };
}

function noSetting(container: string): StartError {
  return new StartError("NO_SETTING", {
    what: `The limit of ${container} cannot be reset`,
    why: "it is not a service of the stack, so no setting holds its original limit",
    fix: `set it yourself: docker update --memory LIMIT --memory-swap LIMIT ${container}`,
  });
}
