import { StartError } from "../errors.ts";
import type { Host } from "../lib/host.ts";
import { type ApplyOptions, applyInstall } from "./apply.ts";
import { planInstall, printCommands } from "./plan.ts";
import { readSystem } from "./system.ts";
import type { Installer } from "./types.ts";

export interface ProvideOptions extends ApplyOptions {
  host: Host;
  /** False with --no-install. */
  install: boolean;
}

/** What a user is shown where the program may not be installed; the remedy is the commands. */
interface Missing {
  code: string;
  what: string;
  why: string;
}

/**
 * Brings a program that one command needs, unless it is there.
 * @throws StartError `missing` where nothing may be installed, INSTALL_FAILED, UNKNOWN_DISTRIBUTION
 */
export async function provideProgram(
  program: string,
  installer: Installer,
  { code, what, why }: Missing,
  context: ProvideOptions,
): Promise<void> {
  const { host, install } = context;
  if ((await host.which(program)) !== undefined) return;
  const system = await readSystem(host);
  if (install && system.packages?.unattended !== false) return applyInstall(system, [installer], context);
  const commands = printCommands(await planInstall(system, [installer]), host.uid);
  throw new StartError(code, { what, why, fix: commands.join("\n") });
}
