import { dockerEngine } from "../../start/checks/docker-engine.ts";
import { ensureReady } from "../../start/checks/ready.ts";
import { applyInstall } from "../../start/install/apply.ts";
import { readSystem } from "../../start/install/system.ts";
import type { Installer } from "../../start/install/types.ts";
import { loadSettings } from "../../start/settings/index.ts";
import { layoutOf } from "../../start/stack/layout.ts";
import type { Context } from "../guests/context.ts";
import { provideGuests } from "../guests/provide.ts";

/** What makes a machine's disk. */
const diskTools: Installer = {
  title: "mmdebstrap and what makes a file system",
  packages: async () => ["mmdebstrap", "e2fsprogs"],
};

/**
 * Installs what this host lacks to make machines, to run them, and to build the images they are brought.
 * @throws StartError GUESTS_IMPOSSIBLE where it cannot, INSTALL_FAILED, those of the engine's check
 */
export async function prepareHost(context: Context, projectRoot: string): Promise<void> {
  const { host } = context;
  await provideGuests(context);
  const found = await Promise.all([host.which("mmdebstrap"), host.which("mke2fs")]);
  if (found.includes(undefined)) await applyInstall(await readSystem(host), [diskTools], context);
  const settings = await loadSettings(layoutOf(projectRoot).config);
  await ensureReady({ ...context, settings, install: true, checks: [dockerEngine] });
}
