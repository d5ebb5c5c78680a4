import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type RecordedRun, recordRun, type Surroundings } from "../../../start/dataset/record-run.ts";
import { lastRun, noteInputs } from "./done.ts";
import { drawInputs } from "./draw.ts";
import { type Job, machinesOf, type Program } from "./jobs.ts";
import { type RunCommand, type StandingProgram, startProgram } from "./program.ts";

/** A run is a few seconds; a program that hangs is given up before. */
const MAX_MS = 180_000;
const GAP_MS = 50;
/** By then the last burst has ended. */
const SETTLE_MS = 4 * GAP_MS;

export interface Task {
  job: Job;
  /** How many there shall be in the folder. */
  runs: number;
  out: string;
  surroundings: Surroundings;
  signal: AbortSignal;
  report(line: string): void;
}

/** The programs of a job, those that prepare a run apart. */
interface Standing {
  preparing: readonly StandingProgram[];
  running: readonly StandingProgram[];
}

/** Records what is missing of a job's runs. */
export async function recordJob(task: Task): Promise<void> {
  const { job, out, runs, report } = task;
  let run = (await lastRun(out, job.name)) + 1;
  if (run > runs) return report(`${job.name}: all ${runs} runs are there`);
  report(`${job.name}: starting its programs`);
  await withPrograms(task, async (standing) => {
    // By numbers that no recorded run has.
    for (let left = job.warmUps; left > 0; left--) await doRun(standing, commandOf(job, -left));
    for (; run <= runs; run++) await recordOne(task, standing, commandOf(job, run));
  });
}

function commandOf({ name, ranges }: Job, run: number): RunCommand {
  return { run, inputs: drawInputs(name, run, ranges) };
}

async function recordOne(task: Task, standing: Standing, command: RunCommand): Promise<void> {
  const { job, out, surroundings, signal, report } = task;
  await prepare(standing, command);
  const end = new AbortController();
  const begun = Promise.withResolvers<void>();
  const recorded = recordRun(surroundings, {
    job: job.name,
    out,
    durationMs: MAX_MS,
    containers: machinesOf(job),
    flow: "burst",
    gapMs: GAP_MS,
    columns: "all",
    format: "csv",
    split: undefined,
    signal: end.signal,
    onRecording: () => begun.resolve(),
  });
  try {
    // A recording that ends before it has begun has failed, and says why.
    await Promise.race([begun.promise, recorded]);
    const seconds = await doRun(standing, command);
    await sleep(SETTLE_MS, undefined, { signal });
    end.abort();
    const { sidecar } = await recorded;
    await noteInputs(out, job.name, command, seconds);
    report(`${job.name} ${command.run} of ${task.runs}: ${seconds.toFixed(1)} s, ${sidecar.rows} flows`);
  } catch (error) {
    end.abort();
    await recorded.then(forget, () => undefined);
    throw error;
  }
}

/** What was recorded of a run that did not come to its end says nothing of such runs. */
async function forget({ file }: RecordedRun): Promise<void> {
  await Promise.all([rm(file), rm(file.replace(/[^.]+$/, "json"))]);
}

async function prepare({ preparing }: Standing, command: RunCommand): Promise<void> {
  for (const program of preparing) await program.ask(command);
}

/** Has the job do a run, whose seconds it returns. */
async function doRun({ running }: Standing, { run, inputs }: RunCommand): Promise<number> {
  const asked = running.map((program, client) => program.ask({ run, inputs: { ...inputs, client } }));
  const answers = await Promise.all(asked);
  return Math.max(...answers.map(({ seconds = 0 }) => seconds));
}

async function withPrograms(task: Task, use: (standing: Standing) => Promise<void>): Promise<void> {
  const started: StandingProgram[] = [];
  const start = async ({ script, containers }: Program) => {
    const { host } = task.surroundings;
    const programs = containers.map((container) => startProgram({ host, container, script, signal: task.signal }));
    // All are waited for, so that none is left behind where one fails.
    const settled = await Promise.allSettled(programs);
    const own = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    started.push(...own);
    for (const one of settled) if (one.status === "rejected") throw one.reason;
    return own;
  };
  try {
    const of = async (isPreparation: boolean) => {
      const chosen = task.job.programs.filter((program) => (program.isPreparation ?? false) === isPreparation);
      return (await Promise.all(chosen.map(start))).flat();
    };
    await use({ preparing: await of(true), running: await of(false) });
  } finally {
    await Promise.all(started.map((program) => program.stop()));
  }
}
