import { applyInstall, meaningsOf } from "../install/apply.ts";
import { planInstall, printCommands } from "../install/plan.ts";
import { readSystem } from "../install/system.ts";
import type { Installer, System } from "../install/types.ts";
import type { Host } from "../lib/host.ts";
import type { Report } from "../lib/report.ts";
import type { Settings } from "../settings/index.ts";
import type { DockerClient } from "./docker-client.ts";
import { CHECKS } from "./index.ts";
import { runChecks } from "./run.ts";
import type { Check, CheckResult } from "./types.ts";
import { type Fault, isFault, unreadyError } from "./unready.ts";

export interface ReadyOptions {
  host: Host;
  settings: Settings;
  docker?: DockerClient;
  /** As in `CheckContext`. */
  config?: string;
  /** False: what is missing is not installed; the error names the commands. */
  install: boolean;
  report: Report;
  /** Told what the user must not miss; left out, `report` is. */
  notice?: (line: string) => void;
  signal: AbortSignal;
  checks?: readonly Check[];
}

/**
 * Checks the machine, brings what is missing, and checks again what was missing.
 * Nothing is changed on a machine with a fault that no installer can mend.
 * @returns the results of all checks, none of them a fault.
 * @throws StartError the check's own where one is left, CHECKS_FAILED where several are.
 */
export async function ensureReady(options: ReadyOptions): Promise<CheckResult[]> {
  const checks = options.checks ?? CHECKS;
  const system = await readSystem(options.host);
  let results = await runChecks(checks, options);
  const tried = new Set<Installer>();
  for (;;) {
    options.signal.throwIfAborted();
    const faults = results.filter(isFault);
    if (faults.length === 0) return results;
    const installers = [...new Set(faults.flatMap(installersOf))].filter((installer) => !tried.has(installer));
    if (installers.length === 0 || !faults.every(isMendable)) throw unreadyError(faults);
    if (!options.install || !isUnattended(system, installers)) {
      const commands = printCommands(await planInstall(system, installers), options.host.uid);
      const meanings = (await meaningsOf(system, installers)).map((line) => `# ${line}`);
      throw unreadyError(faults, [...meanings, ...commands]);
    }
    await applyInstall(system, installers, options);
    for (const installer of installers) tried.add(installer);
    results = await checkAgain(checks, results, options);
  }
}

function installersOf(fault: Fault): Installer[] {
  return fault.status === "missing" && fault.installer ? [fault.installer] : [];
}

function isMendable(fault: Fault): boolean {
  return installersOf(fault).length > 0;
}

/** Packages of a distribution this was never tried on are left to the user. */
function isUnattended({ packages }: System, installers: readonly Installer[]): boolean {
  return packages?.unattended !== false || !installers.some((installer) => installer.packages);
}

/** The same results with those that were faults taken anew. */
async function checkAgain(checks: readonly Check[], results: readonly CheckResult[], options: ReadyOptions) {
  const again = checks.filter((_, index) => isFault(results[index]));
  const fresh = await runChecks(again, options);
  return results.map((result) => (isFault(result) ? (fresh.shift() ?? result) : result));
}
