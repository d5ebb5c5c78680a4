import { createInterface } from "node:readline";
import { execa } from "execa";
import { StartError } from "../../../start/errors.ts";
import type { Host } from "../../../start/lib/host.ts";
import type { Inputs } from "./draw.ts";

export interface RunCommand {
  run: number;
  inputs: Inputs;
}

/** What a program says to a command, and once before the first. */
interface Answer {
  ready?: true;
  run?: number;
  seconds?: number;
  result?: unknown;
}

/** A program of a job that stands in a container and takes commands. */
export interface StandingProgram {
  /** @throws StartError PROGRAM_FAILED when it ends or says nothing for too long; the signal's reason when aborted. */
  ask(command: RunCommand): Promise<Answer>;
  /** Ends its input, and waits until it has ended itself. */
  stop(): Promise<void>;
}

interface Start {
  host: Host;
  container: string;
  script: string;
  signal: AbortSignal;
}

/** A JVM on a busy machine, and the executors' too. */
const READY_MS = 120_000;
const ANSWER_MS = 120_000;
const STOP_MS = 20_000;
const LAST_LINES = 8;

/** Starts it by `docker exec`, and waits until it takes commands. */
export async function startProgram({ host, container, script, signal }: Start): Promise<StandingProgram> {
  const words = ["exec", "--interactive", container, "python3", `/jobs/${script}.py`];
  const child = execa("docker", words, {
    reject: false,
    buffer: false,
    stdin: "pipe",
    env: host.env,
    extendEnv: false,
  });
  const ended = child.then(() => undefined);
  const said: string[] = [];
  createInterface(child.stderr).on("line", (line) => said.push(line) > LAST_LINES && said.shift());
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async (deadlineMs: number): Promise<Answer> => {
    const { value, done } = await within(answers.next(), AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]));
    if (done) throw new Error(["it has ended", ...said].join("\n"));
    return JSON.parse(value) as Answer;
  };
  const failed = (error: unknown): never => {
    signal.throwIfAborted();
    throw programFailed(`${script} in ${container}`, error);
  };
  const stop = async () => {
    child.stdin.end();
    await within(ended, AbortSignal.timeout(STOP_MS)).catch(() => child.kill("SIGKILL"));
  };
  try {
    await next(READY_MS);
  } catch (error) {
    await stop();
    failed(error);
  }
  return {
    ask: async (command) => {
      child.stdin.write(`${JSON.stringify(command)}\n`);
      return await next(ANSWER_MS).catch(failed);
    },
    stop,
  };
}

/** What is awaited, unless the signal comes first. */
async function within<T>(awaited: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  return await Promise.race([awaited, promise]).finally(() => signal.removeEventListener("abort", onAbort));
}

function programFailed(name: string, error: unknown): StartError {
  const why = error instanceof Error ? error.message : String(error);
  return new StartError(
    "PROGRAM_FAILED",
    { what: `The program ${name} did not do its run`, why, fix: "run it again: it goes on where it stopped" },
    { cause: error },
  );
}
