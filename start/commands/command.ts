import type { Host } from "../lib/host.ts";

/** What the launcher may touch, handed in by `start.ts` so that tests can hand in something else. */
export interface Io {
  host: Host;
  projectRoot: string;
  stdout: NodeJS.WritableStream & { isTTY?: boolean };
  stderr: NodeJS.WritableStream;
}

interface Options {
  install: boolean;
  volumes: boolean;
  json: boolean;
  help: boolean;
  config?: string;
}

interface Call extends Io {
  options: Options;
  signal: AbortSignal;
}

/** One verb of the command line. Returns the exit code; throws StartError for a failure it can explain. */
export type Command = (call: Call) => Promise<number>;
