import { StartError } from "../../start/errors.ts";
import type { Context } from "../guests/context.ts";
import { fetchKernel } from "../guests/kernel-files.ts";
import type { StockKernel } from "../guests/kernels.ts";
import type { Outcome } from "./outcome.ts";
import { runKernel, type Scale } from "./run.ts";

export interface MatrixOptions {
  kernels: readonly StockKernel[];
  /** Folder of `buildForGuests`. */
  built: string;
  scale: Scale;
  onOutcome: (outcome: Outcome) => void;
}

/**
 * Runs the tracer's tests in these kernels, two at a time.
 * @returns the outcomes in the order of the kernels; a kernel that cannot be had is an outcome too
 */
export async function runMatrix(context: Context, options: MatrixOptions): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const waiting = [...options.kernels.entries()];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, kernel] = next;
      const outcome = await fetchAndRun(context, kernel, options);
      outcomes[index] = outcome;
      options.onOutcome(outcome);
    }
  };
  await Promise.all([worker(), worker()]);
  return outcomes;
}

async function fetchAndRun(context: Context, pinned: StockKernel, options: MatrixOptions): Promise<Outcome> {
  try {
    return await runKernel(context, { kernel: await fetchKernel(context, pinned), ...options });
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    const { name, release } = pinned;
    return { name, release, said: [], results: [], trouble: error.message, seconds: 0 };
  }
}
