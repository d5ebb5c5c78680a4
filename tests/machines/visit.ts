import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { finished } from "node:stream/promises";
import { reasonOf } from "../../start/errors.ts";
import type { Context } from "../guests/context.ts";
import type { Luggage } from "./luggage.ts";
import type { Machine } from "./machines.ts";
import type { Outcome } from "./report.ts";
import { makeRootDisk } from "./root-disk.ts";
import { runMachine, type TimedStep } from "./run-machine.ts";
import { parseStep } from "./steps.ts";

const DEADLINE_MS = 60 * 60_000;

/**
 * Makes one machine, lets it do its job, and keeps what it printed in `folder`: `log` and `console`.
 * A machine that comes to no end is an outcome too, so that the others are still tried.
 */
export async function visit(context: Context, machine: Machine, luggage: Luggage, folder: string): Promise<Outcome> {
  const { name } = machine;
  const began = performance.now();
  await mkdir(folder, { recursive: true });
  const log = createWriteStream(path.join(folder, "log"));
  const steps: TimedStep[] = [];
  const onLine = (line: string) => {
    log.write(`${line}\n`);
    const step = parseStep(line);
    if (step !== undefined) context.report(`${name}: ${step.name} ${step.ok ? "ok" : "FAILED"}: ${step.detail}`);
  };
  const secondsGone = () => (performance.now() - began) / 1000;
  try {
    const root = await makeRootDisk(context, machine);
    await runMachine(context, {
      name,
      root,
      luggage,
      folder,
      deadlineMs: DEADLINE_MS,
      onLine,
      onStep: (step) => steps.push(step),
    });
    return { name, steps, seconds: secondsGone() };
  } catch (error) {
    context.signal.throwIfAborted();
    return { name, steps, seconds: secondsGone(), error: error instanceof Error ? error.message : reasonOf(error) };
  } finally {
    await finished(log.end());
  }
}
