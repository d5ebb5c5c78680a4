import type Docker from "dockerode";
import { StartError } from "../errors.ts";
import { noDocker } from "../lib/docker.ts";
import type { Host } from "../lib/host.ts";
import { loadSettings, readSettings, type Settings } from "../settings/index.ts";
import { type ContainerState, listContainers } from "./containers.ts";
import { readState } from "./files.ts";
import { type Layout, layoutOf } from "./layout.ts";
import type { LeftOut } from "./left-out.ts";

/** The stack as its last start made it, from whichever checkout that was. */
export interface Running {
  containers: readonly ContainerState[];
  /** The checkout it was started from; this one where nothing of it is there. */
  folder: string;
  /** Those it was started with, where that is recorded, without the password; else those of this checkout's file. */
  settings: Settings;
  /** Whether the settings are the recorded ones, or were asked for by name. */
  certain: boolean;
  /** Why the settings file could not be used; `settings` are then the recorded ones, else the defaults. */
  fault: StartError | undefined;
  leftOut: readonly LeftOut[];
}

/**
 * Finds the stack on this machine. A faulty settings file is reported and keeps nobody from looking at what runs.
 * @param config the file that the user named; it counts before what is recorded.
 * @throws StartError
 */
export async function findRunning(
  { docker, host, layout }: { docker: Docker; host: Host; layout: Layout },
  config: string | undefined,
): Promise<Running> {
  const containers = await listContainers(docker, layout.names.project).catch((cause: unknown) => {
    throw noDocker(cause);
  });
  const folder = containers.find((container) => container.folder !== "")?.folder ?? layout.root;
  // What a start has recorded is nothing to go by where nothing runs.
  const recorded = containers.length > 0 ? await readState(layoutOf(folder, undefined, layout.names)) : { leftOut: [] };
  const known = config === undefined ? recorded.settings : undefined;
  const { settings: configured, fault } = await tryLoadSettings(layout.config, host.env);
  const fallback = known ?? (fault && recorded.settings);
  const settings = fallback ? { ...readSettings(""), ...fallback } : (configured ?? readSettings(""));
  const certain = fallback !== undefined || (!fault && (config !== undefined || folder === layout.root));
  return { containers, folder, settings, certain, fault, leftOut: recorded.leftOut };
}

/**
 * The stack, for commands that must not guess which ports it answers at.
 * @throws StartError that of the settings file, where the settings are recorded nowhere else.
 */
export async function findConfigured(...where: Parameters<typeof findRunning>): Promise<Running> {
  const running = await findRunning(...where);
  if (running.fault && !running.certain) throw running.fault;
  return running;
}

/** The settings in a file, or what is wrong with it. */
export async function tryLoadSettings(
  file: string,
  env: NodeJS.ProcessEnv,
): Promise<{ settings?: Settings; fault?: StartError }> {
  try {
    return { settings: await loadSettings(file, env) };
  } catch (fault) {
    if (fault instanceof StartError) return { fault };
    throw fault;
  }
}
