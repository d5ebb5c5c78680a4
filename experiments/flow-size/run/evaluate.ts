import { mkdir } from "node:fs/promises";
import path from "node:path";
import { StartError } from "../../../start/errors.ts";
import { provideVenv, type Surroundings } from "./venv.ts";

/** Where the recorded runs are, and where what comes out is written. */
interface Task {
  data: string;
  results: string;
  page: string;
  pictures: string;
  isSmoke: boolean;
}

/** Each process has one CPU: threads in it would be in the others' way, and add numbers up in an order of their own. */
const ONE_THREAD = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" };

/** Runs the models. @throws StartError with what they say where they fail */
export async function evaluate(surroundings: Surroundings, task: Task): Promise<void> {
  const { host, projectRoot, report, signal } = surroundings;
  const python = await provideVenv(surroundings);
  for (const file of [task.results, task.page]) await mkdir(path.dirname(file), { recursive: true });
  const said: string[] = [];
  const words = [
    ...["-m", "flowsize", "--data", task.data, "--results", task.results, "--page", task.page],
    ...["--pictures", task.pictures, ...(task.isSmoke ? ["--smoke"] : [])],
  ];
  const { ok, exitCode } = await host.run(python, words, {
    cwd: `${projectRoot}/experiments/flow-size`,
    env: { ...ONE_THREAD, PYTHONDONTWRITEBYTECODE: "1" },
    signal,
    onLine: (line) => {
      said.push(line);
      report(line);
    },
  });
  if (ok) return;
  throw new StartError("EXPERIMENT_FAILED", {
    what: `The models gave up with exit code ${exitCode}`,
    why: said.at(-1) ?? "they said nothing",
    fix: "mend what the line above names; recorded runs lie as docs/dataset.md says",
  });
}
