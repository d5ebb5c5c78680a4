import { Listr, PRESET_TIMER } from "listr2";
import type { Io } from "../commands/command.ts";
import { printable } from "../lib/printable.ts";
import type { Step } from "../steps/step.ts";

/**
 * Runs the steps one after the other: lively with their progress and time on a terminal; when piped, a line as each begins
 * and one with its result, since nobody reads there how far a download is. Stops at the first step that throws.
 */
export async function runSteps<Context extends { signal: AbortSignal }>(
  steps: readonly Step<Context>[],
  context: Context,
  stdout: Io["stdout"],
): Promise<void> {
  // Some programs that record a terminal (script, CI) give it no width, and every letter would get a line of its own.
  if (stdout.isTTY && stdout.columns !== 0) return runLively(steps, context);
  const write = (line: string) => void stdout.write(`${line}\n`);
  for (const step of steps) {
    context.signal.throwIfAborted();
    await runPlainly(step, context, write);
  }
}

async function runPlainly<Context>(step: Step<Context>, context: Context, write: (line: string) => void) {
  const began = performance.now();
  const took = () => `[${((performance.now() - began) / 1000).toFixed(1)} s]`;
  write(`… ${step.title}`);
  try {
    const done = await step.run(context, (line, kind) => {
      if (kind === "notice") write(`  ${printable(line)}`);
    });
    write(`✔ ${titleWith(step, done)} ${took()}`);
  } catch (error) {
    write(`✘ ${step.title} ${took()}`);
    throw error;
  }
}

async function runLively<Context extends { signal: AbortSignal }>(steps: readonly Step<Context>[], context: Context) {
  // The renderer would print the whole explanation, which the caller prints better: it gets the title alone.
  let failure: unknown;
  const tasks = steps.map((step) => ({
    title: step.title,
    task: async (ctx: Context, task: { title: string | undefined; output: string }) => {
      ctx.signal.throwIfAborted();
      const report = (line: string) => {
        task.output = printable(line);
      };
      const done = await step.run(ctx, report).catch((error: unknown) => {
        failure = error;
        throw new Error("see below");
      });
      task.title = titleWith(step, done);
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

function titleWith({ title }: { title: string }, result: string): string {
  return result ? `${title}: ${printable(result)}` : title;
}
