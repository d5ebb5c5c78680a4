import { cp, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { reasonOf, StartError } from "../../start/errors.ts";
import type { Context } from "../guests/context.ts";
import { fetchKernel } from "../guests/kernel-files.ts";
import type { StockKernel } from "../guests/kernels.ts";
import { runInGuest } from "../guests/machine.ts";
import { ROOT } from "../integration/lib/launcher.ts";
import { buildTracer } from "../integration/lib/tracer.ts";
import { compileWorkload } from "../integration/lib/workload.ts";
import { jobScript } from "./job.ts";
import { createIntake, type Outcome } from "./outcome.ts";

const MEMORY_MB = 2048;
const DEADLINE_MS = 40 * 60_000;

/** What the short and the full form have the heavy tests make, against 20,000 outside of an emulated machine. */
export const CONNECTIONS = { short: 1_000, full: 20_000 };

export interface Scale {
  connections: number;
  /** Of each guest. */
  cpus: number;
}

/**
 * Builds the tracer and the workloads once, and puts them where nobody builds again while guests run.
 * @returns their folder; the caller removes it
 */
export async function buildForGuests(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-kernels-"));
  await cp(path.join(await buildTracer(), "flow-tracer"), path.join(folder, "flow-tracer"));
  await mkdir(path.join(folder, "workloads"));
  const sources = await readdir(path.join(ROOT, "tests/workloads"));
  for (const source of sources.filter((file) => file.endsWith(".c"))) {
    const program = await compileWorkload(path.basename(source, ".c"));
    await cp(program, path.join(folder, "workloads", path.basename(program)));
  }
  return folder;
}

export function removeBuild(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}

/** Boots one kernel and runs the tracer's tests in it. Only an interruption throws: all else is the outcome. */
export async function runKernel(context: Context, pinned: StockKernel, built: string, scale: Scale): Promise<Outcome> {
  const { signal, report } = context;
  const intake = createIntake();
  const start = performance.now();
  let release = pinned.release;
  let trouble = "";
  try {
    const kernel = await fetchKernel(context, pinned);
    release = kernel.release;
    const script = jobScript({ built, connections: scale.connections });
    const onLine = (line: string) => {
      if (!intake.take(line) && line.trim() !== "") report(`${pinned.name}: ${line}`);
    };
    await runInGuest(context, { kernel, script, ...machine(scale), onLine });
  } catch (error) {
    signal.throwIfAborted();
    trouble = error instanceof StartError ? error.message : reasonOf(error);
  }
  const seconds = (performance.now() - start) / 1000;
  const { said, results } = intake;
  return { name: pinned.name, release, loads: intake.loads(), said, results, trouble, seconds };
}

function machine({ cpus }: Scale): { cpus: number; memoryMb: number; deadlineMs: number } {
  return { cpus, memoryMb: MEMORY_MB, deadlineMs: DEADLINE_MS };
}
