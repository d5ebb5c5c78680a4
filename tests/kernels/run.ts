import { StartError } from "../../start/errors.ts";
import type { Context } from "../guests/context.ts";
import type { KernelFiles } from "../guests/kernel-files.ts";
import { runInGuest } from "../guests/machine.ts";
import { type JobOptions, jobScript } from "./job.ts";
import { type Outcome, take } from "./outcome.ts";
import type { Result } from "./reporter.ts";

/** State changes that interrupt each other take two CPUs. */
const MACHINE = { cpus: 2, memoryMb: 2048, deadlineMs: 60 * 60_000 };

/**
 * A kernel patches its own code as it boots and as programs are attached. QEMU's emulation with several CPUs now and then
 * runs into the patched place, and the guest panics (`Oops: int3`), with a tracer or without. What our programs would
 * break is broken each time.
 */
const ATTEMPTS = 3;

/** How much of the tests is run. */
export type Scale = Pick<JobOptions, "connections" | "tests">;

export const FULL: Scale = { connections: 20_000, tests: "*" };
/** What the loader makes of a machine that lacks something differs less from kernel to kernel than from machine to machine. */
export const SHORT: Scale = { connections: 1_000, tests: "{tracer,dataset-tracer}*" };

export interface Trial {
  kernel: KernelFiles;
  /** Folder of `buildForGuests`. */
  built: string;
  scale: Scale;
}

/** Boots a kernel and runs the tracer's tests in it. Only an interruption throws: all else is the outcome. */
export async function runKernel(context: Context, trial: Trial): Promise<Outcome> {
  const start = performance.now();
  for (let attempt = 1; ; attempt += 1) {
    const { died, ...outcome } = await runOnce(context, trial);
    if (!died || attempt === ATTEMPTS) return { ...outcome, seconds: (performance.now() - start) / 1000 };
    context.report(`${trial.kernel.name}: its guest died, attempt ${attempt + 1} of ${ATTEMPTS}: ${outcome.trouble}`);
  }
}

type Attempt = Omit<Outcome, "seconds"> & { died: boolean };

async function runOnce(context: Context, trial: Trial): Promise<Attempt> {
  const { name, release } = trial.kernel;
  context.report(`${name}: booting ${release}`);
  const told = { said: [] as string[], results: [] as Result[] };
  const end = await runTests(context, trial, (line) => {
    const before = told.results.at(-1);
    if (!take(told, line) && line.trim() !== "") context.report(`${name}: ${line}`);
    const last = told.results.at(-1);
    if (last !== before && last?.outcome === "failed") context.report(`${name}: failed: ${last.file}: ${last.name}`);
    else if (last?.file !== before?.file) context.report(`${name}: ${last?.file}`);
  });
  return { name, release, ...told, ...end };
}

/** @returns what went wrong with the guest or the run of its tests, "" for nothing, and whether it was the guest's end */
async function runTests(context: Context, trial: Trial, onLine: (line: string) => void) {
  const { kernel, built, scale } = trial;
  const script = jobScript({ built, ...scale });
  try {
    const exitCode = await runInGuest(context, { kernel, script, ...MACHINE, onLine });
    // 1 means that a test failed, and each that did is named.
    return { trouble: exitCode <= 1 ? "" : `its tests ended with exit code ${exitCode}`, died: false };
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof StartError)) throw error;
    return { trouble: error.message, died: error.code === "GUEST_DIED" };
  }
}
