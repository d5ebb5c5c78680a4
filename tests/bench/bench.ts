import type { Host } from "../../start/lib/host.ts";
import type { Table } from "./lib/table.ts";

/** How much is measured. */
export interface Scale {
  /** Stretches of a load without and with what is measured, a quarter of a second each. */
  stretches: number;
  /** Pairs of one measurement without and one with what is only there to compare with. */
  pairs: number;
  /** Seconds of load in one measurement, whole: many short pairs say more than few long ones. */
  loadSeconds: number;
  /** Seconds a running exporter is watched. */
  watchSeconds: number;
  /** Times each reading is repeated. */
  repetitions: number;
  /** Live sockets. */
  sockets: readonly number[];
}

/** What every part of the benchmark is handed. */
export interface Bench {
  host: Host;
  projectRoot: string;
  /** Own folder for what is built and written on the way. */
  folder: string;
  scale: Scale;
  /** Less than what is published. */
  isQuick: boolean;
  signal: AbortSignal;
  /** Tells what is being done, a line at a time. */
  report(line: string): void;
}

/** The outcome of one part. */
export interface Section {
  title: string;
  /** How it was measured, one paragraph each. */
  method: readonly string[];
  tables: readonly Table[];
}

export interface Part {
  /** The word that picks it on the command line. */
  name: string;
  /** Its figures do not depend on the machine: a run of it alone renews its section of the published page. */
  standsAlone?: boolean;
  /** What it needs beside what every part does: a program, or the path of a file, and Debian's package with it. */
  packages?: Readonly<Record<string, string>>;
  run(bench: Bench): Promise<Section>;
}

export const FULL: Scale = {
  stretches: 240,
  pairs: 3,
  loadSeconds: 1,
  watchSeconds: 8,
  repetitions: 11,
  sockets: [1_000, 10_000, 50_000, 100_000],
};

export const QUICK: Scale = {
  stretches: 40,
  pairs: 2,
  loadSeconds: 1,
  watchSeconds: 4,
  repetitions: 5,
  sockets: [1_000, 10_000, 100_000],
};
