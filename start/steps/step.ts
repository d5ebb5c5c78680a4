import type Docker from "dockerode";
import type { ImageOutcome } from "../images/index.ts";
import type { Host } from "../lib/host.ts";
import type { Report } from "../lib/report.ts";
import type { Settings } from "../settings/index.ts";
import type { Layout } from "../stack/layout.ts";
import type { LeftOut } from "../stack/left-out.ts";

/** What the steps of a start hand on to each other. */
export interface StackContext {
  host: Host;
  docker: Docker;
  layout: Layout;
  settings: Settings;
  /** False with --no-install: nothing is added to the machine. */
  install: boolean;
  signal: AbortSignal;
  leftOut: LeftOut[];
  images: ImageOutcome[];
  /** Names of the compiled BPF examples. */
  examples: string[];
  /** How many times longer than usual to wait for what the containers do: 1 unless the machine is slow. */
  patience: number;
}

/** One visible step of a command, of `npm start` unless said otherwise. */
export interface Step<Context = StackContext> {
  title: string;
  /**
   * @param report shows one line of progress.
   * @returns what was done, in a few words, shown behind the title.
   * @throws StartError
   */
  run(context: Context, report: Report): Promise<string>;
}
