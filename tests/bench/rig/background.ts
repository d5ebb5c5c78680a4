import { createInterface } from "node:readline";
import { execa } from "execa";

const START_MS = 20_000;
const KILL_AFTER_MS = 5_000;

/** A program that runs beside the benchmark; disposing of it ends it and waits until it is gone. */
export interface Silent extends AsyncDisposable {
  pid: number;
}

export interface Background extends Silent {
  /** The line of its output that it was waited for. */
  line: string;
}

interface BackgroundOptions {
  /** Accepts the line that says it is ready. */
  ready: (line: string) => boolean;
  env?: Record<string, string>;
  signal: AbortSignal;
}

/** Starts a program and waits for its ready line. @throws Error with its last words when that does not come. */
export async function startBackground(command: readonly string[], options: BackgroundOptions): Promise<Background> {
  const child = start(command, options.env);
  const signal = AbortSignal.any([AbortSignal.timeout(START_MS), options.signal]);
  try {
    const line = await readyLine(child, options.ready, signal);
    child.stdout.resume();
    return { pid: child.pid ?? 0, line, [Symbol.asyncDispose]: () => end(child) };
  } catch (cause) {
    await end(child);
    options.signal.throwIfAborted();
    throw new Error(`${command.join(" ")} did not start: ${(await child).stderr}`, { cause });
  }
}

/** Starts a program that does not say when it is ready: `ready` does, or rejects. Its output is thrown away. */
export async function startSilent(command: readonly string[], ready: () => Promise<void>): Promise<Silent> {
  const [program = "", ...args] = command;
  const child = execa(program, args, { reject: false, stdio: "ignore", forceKillAfterDelay: KILL_AFTER_MS });
  const stop = async () => {
    child.kill("SIGTERM");
    await child;
  };
  try {
    await ready();
    return { pid: child.pid ?? 0, [Symbol.asyncDispose]: stop };
  } catch (cause) {
    await stop();
    throw new Error(`${command.join(" ")} did not start`, { cause });
  }
}

function start([program = "", ...args]: readonly string[], env: Record<string, string> = {}) {
  const buffer = { stdout: false, stderr: true } as const;
  return execa(program, args, { env, reject: false, stdin: "pipe", buffer, forceKillAfterDelay: KILL_AFTER_MS });
}

type Child = ReturnType<typeof start>;

async function readyLine(child: Child, ready: (line: string) => boolean, signal: AbortSignal): Promise<string> {
  for await (const line of createInterface({ input: child.stdout, signal })) if (ready(line)) return line;
  throw signal.aborted ? signal.reason : new Error("it ended without being ready");
}

async function end(child: Child): Promise<void> {
  child.stdin.end();
  child.kill("SIGTERM");
  await child;
}
