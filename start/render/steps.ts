import { Listr, PRESET_TIMER } from "listr2";
import type { Step } from "../steps/step.ts";

/**
 * Runs the steps one after the other and shows each with its progress and time:
 * lively on a terminal, one plain line per event when piped. Stops at the first step that throws.
 */
export async function runSteps<Context extends { signal: AbortSignal }>(
  steps: readonly Step<Context>[],
  context: Context,
): Promise<void> {
  // The renderer would print the whole explanation, which the caller prints better: it gets the title alone.
  let failure: unknown;
  const tasks = steps.map((step) => ({
    title: step.title,
    task: async (ctx: Context, task: { title: string | undefined; output: string }) => {
      ctx.signal.throwIfAborted();
      const report = (line: string) => {
        task.output = line;
      };
      const done = await step.run(ctx, report).catch((error: unknown) => {
        failure = error;
        throw new Error("see below");
      });
      task.title = done ? `${step.title}: ${done}` : step.title;
    },
  }));
  const list = new Listr<Context, "default", "simple">(tasks, {
    ctx: context,
    concurrent: false,
    exitOnError: true,
    registerSignalListeners: false,
    rendererOptions: { timer: PRESET_TIMER, collapseErrors: false, showErrorMessage: false },
    fallbackRenderer: "simple",
    fallbackRendererOptions: { timer: PRESET_TIMER },
  });
  await list.run().catch((error: unknown) => {
    throw failure ?? error;
  });
}
