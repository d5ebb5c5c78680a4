import { Listr, PRESET_TIMER } from "listr2";
import type { StackContext, Step } from "../steps/step.ts";

/**
 * Runs the steps one after the other and shows each with its progress and time:
 * lively on a terminal, one plain line per event when piped. Stops at the first step that throws.
 */
export async function runSteps(steps: readonly Step[], context: StackContext): Promise<void> {
  const tasks = steps.map((step) => ({
    title: step.title,
    task: async (ctx: StackContext, task: { title: string | undefined; output: string }) => {
      ctx.signal.throwIfAborted();
      const done = await step.run(ctx, (line) => {
        task.output = line;
      });
      task.title = done ? `${step.title}: ${done}` : step.title;
    },
  }));
  await new Listr<StackContext, "default", "simple">(tasks, {
    ctx: context,
    concurrent: false,
    exitOnError: true,
    registerSignalListeners: false,
    rendererOptions: { timer: PRESET_TIMER, collapseErrors: false, showErrorMessage: false },
    fallbackRenderer: "simple",
    fallbackRendererOptions: { timer: PRESET_TIMER },
  }).run();
}
