import path from "node:path";
import type Docker from "dockerode";
import { StartError } from "../errors.ts";
import type { Host } from "../lib/host.ts";
import { loadNames } from "../settings/index.ts";
import { stacksStartedFrom } from "./containers.ts";
import { DEFAULT_CONFIG, type Layout, layoutOf } from "./layout.ts";

/**
 * Where the files of the stack are that the user means, by the settings file and the environment.
 * @param config the settings file that the user named.
 * @throws StartError SETTINGS_UNREADABLE, SETTINGS_INVALID
 */
export async function namedLayout({ env }: Host, root: string, config: string | undefined): Promise<Layout> {
  const names = await loadNames(path.resolve(root, config ?? DEFAULT_CONFIG), env, config !== undefined);
  return layoutOf(root, config, names);
}

/**
 * The same for commands that look at or stop what runs: where the file's names are faulty, the stack that was started from
 * this folder is meant, if there is one only.
 * @throws StartError SETTINGS_UNREADABLE, SETTINGS_INVALID
 */
export async function startedLayout(host: Host, docker: Docker, root: string, config: string | undefined) {
  try {
    return await namedLayout(host, root, config);
  } catch (fault) {
    if (!(fault instanceof StartError) || fault.code !== "SETTINGS_INVALID") throw fault;
    const [names, ...others] = await stacksStartedFrom(docker, root).catch(() => []);
    if (names === undefined || others.length > 0) throw fault;
    return layoutOf(root, config, names);
  }
}
