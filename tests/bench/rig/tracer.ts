import { type Background, startBackground } from "./background.ts";

export interface Tracer extends Background {
  /** Folder of its pins: the benchmark's own. */
  pins: string;
}

const PINS = "/sys/fs/bpf/flowtally-bench";

export interface TracerOptions {
  udp: boolean;
  /** Open flows to have room for; without it as the tracer chooses. */
  maxFlows?: number;
  signal: AbortSignal;
}

/** Runs flow-tracer with pins of its own; disposing of it removes them and unloads its programs. */
export async function startTracer(program: string, { udp, maxFlows, signal }: TracerOptions): Promise<Tracer> {
  const options = ["--pins", PINS, "--udp", udp ? "on" : "off", "--max-flows", `${maxFlows ?? "auto"}`];
  const command = ["setpriv", "--pdeathsig", "TERM", program, ...options];
  const background = await startBackground(command, { ready: (line) => line.includes('"code":"READY"'), signal });
  return { ...background, pins: PINS };
}
