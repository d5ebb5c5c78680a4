import type { Host } from "../lib/host.ts";

/** A program and its arguments; always run as root. */
export type Command = readonly [string, ...string[]];

/** What a distribution calls itself, from /etc/os-release. */
export interface Distribution {
  id: string;
  /** The ids of those it descends from. */
  like: readonly string[];
  name: string;
}

export interface PackageManager {
  name: "apt" | "dnf";
  /** False: the commands are shown to the user, never run. */
  unattended: boolean;
  /** Version this machine would install, or undefined when no package list names the package. */
  candidate(name: string): Promise<string | undefined>;
  listsAreOld(): Promise<boolean>;
  refresh: Command;
  install(names: readonly string[]): Command;
}

/** The machine as installers see it. */
export interface System {
  host: Host;
  distribution: Distribution;
  packages: PackageManager | undefined;
}

export interface SettleOptions {
  host: Host;
  signal: AbortSignal;
}

/** Brings one missing prerequisite, by packages, by commands, or by both: packages come first. */
export interface Installer {
  title: string;
  /** Names of packages; those of all installers go into one transaction. */
  packages?(manager: PackageManager, distribution: Distribution): Promise<readonly string[]>;
  /** What it means to the machine's safety; said before anything is done, and again at the end of the checks. */
  meaning?(system: System): Promise<string>;
  /** What is left to do once the packages are there. */
  commands?(system: System): Promise<readonly Command[]>;
  /** Waits until what was installed works. */
  settle?(options: SettleOptions): Promise<void>;
}
