import { StartError } from "../errors.ts";
import type { Command, Installer, System } from "./types.ts";

/**
 * The exact commands that bring what is missing, in order; nothing is run.
 * @throws StartError UNKNOWN_DISTRIBUTION when packages are wanted and no package manager is known here.
 */
export async function planInstall(system: System, installers: readonly Installer[]): Promise<Command[]> {
  const refresh = await planRefresh(system, installers);
  const install = await planPackages(system, installers);
  const rest = await Promise.all(installers.map(async (installer) => (await installer.commands?.(system)) ?? []));
  return [...refresh, ...install, ...rest.flat()];
}

/** Fetching the package lists, where packages are wanted and the lists are missing or old. */
export async function planRefresh(system: System, installers: readonly Installer[]): Promise<Command[]> {
  const wanting = installers.filter((installer) => installer.packages);
  if (wanting.length === 0) return [];
  const manager = managerOf(system, wanting);
  return (await manager.listsAreOld()) ? [manager.refresh] : [];
}

async function planPackages(system: System, installers: readonly Installer[]): Promise<Command[]> {
  const wanting = installers.filter((installer) => installer.packages);
  if (wanting.length === 0) return [];
  const manager = managerOf(system, wanting);
  const names = await Promise.all(
    wanting.map(async (installer) => (await installer.packages?.(manager, system.distribution)) ?? []),
  );
  const unique = [...new Set(names.flat())];
  return unique.length === 0 ? [] : [manager.install(unique)];
}

function managerOf({ packages, distribution }: System, wanting: readonly Installer[]) {
  if (packages !== undefined) return packages;
  throw new StartError("UNKNOWN_DISTRIBUTION", {
    what: `Nothing can be installed automatically on ${distribution.name}`,
    why: "only apt and dnf are supported, and /etc/os-release names a distribution of neither family",
    fix: `install these yourself: ${wanting.map(({ title }) => title).join(", ")}; then start again`,
  });
}

/** Commands as a user would type them, one per line. */
export function printCommands(commands: readonly Command[], uid: number): string[] {
  return commands.map((command) => [...(uid === 0 ? [] : ["sudo"]), ...command.map(quote)].join(" "));
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
