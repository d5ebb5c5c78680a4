import { StartError } from "../errors.ts";
import type { RunResult } from "../lib/host.ts";
import type { Report } from "../lib/report.ts";
import { planInstall, planRefresh, printCommands } from "./plan.ts";
import type { Command, Installer, System } from "./types.ts";

export interface ApplyOptions {
  report: Report;
  /** Told what the user must not miss; left out, `report` is. */
  notice?: (line: string) => void;
  signal: AbortSignal;
}

/**
 * Installs what the installers bring, each command said before it is run.
 * The package lists are fetched before the rest is planned: which packages there are decides the plan.
 * @throws StartError INSTALL_FAILED with the command's own last words.
 */
export async function applyInstall(system: System, installers: readonly Installer[], options: ApplyOptions) {
  options.report(`installing ${installers.map(({ title }) => title).join(", ")}`, "notice");
  for (const line of await meaningsOf(system, installers)) (options.notice ?? options.report)(line);
  await runAll(system, await planRefresh(system, installers), options);
  await runAll(system, await planInstall(system, installers), options);
  for (const installer of installers) await installer.settle?.({ host: system.host, signal: options.signal });
}

/** What the user must know of before it is done. */
export async function meaningsOf(system: System, installers: readonly Installer[]): Promise<string[]> {
  const lines = await Promise.all(installers.map((installer) => installer.meaning?.(system)));
  return lines.filter((line) => line !== undefined);
}

async function runAll({ host }: System, commands: readonly Command[], { report, signal }: ApplyOptions): Promise<void> {
  for (const command of commands) {
    const [line = ""] = printCommands([command], host.uid);
    report(line, "notice");
    const [program, ...args] = command;
    const result = await host.runAsRoot(program, args, { onLine: (said) => report(said), signal });
    if (!result.ok) throw installFailed(line, result);
  }
}

function installFailed(line: string, result: RunResult): StartError {
  return new StartError("INSTALL_FAILED", {
    what: `\`${line}\` failed`,
    why: lastWords(result),
    fix: "run that command yourself, follow its advice, then start again",
  });
}

/** apt's own error lines where there are some, else the last line that was printed. */
function lastWords({ stderr, stdout, message }: RunResult): string {
  const lines = `${stdout}\n${stderr}`.split("\n").filter((line) => line.trim() !== "");
  const errors = lines.filter((line) => line.startsWith("E: "));
  return errors.length > 0 ? errors.join("\n") : (lines.at(-1) ?? message);
}
