import path from "node:path";
import type { Host } from "../lib/host.ts";
import { loadNames } from "../settings/index.ts";
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
