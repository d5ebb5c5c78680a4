import { stat } from "node:fs/promises";
import path from "node:path";
import type { Row } from "../../exporters/flow-exporter/dataset/columns.ts";
import { type LeakReport, leakReport } from "../../exporters/flow-exporter/dataset/leak.ts";
import { reasonOf, StartError } from "../errors.ts";
import { readSidecars } from "./card.ts";
import { readRun } from "./read-rows.ts";
import type { Sidecar } from "./sidecar.ts";

/** What was found of a job's runs. */
export interface JobReport {
  job: string;
  runs: number;
  report: LeakReport;
}

/**
 * Looks for the size of a flow in its own row, in all runs below a data set's folder.
 * @throws StartError NO_DATASET, DATASET_UNREADABLE
 */
export async function checkDataset(folder: string): Promise<JobReport[]> {
  const sidecars = await sidecarsIn(folder);
  const jobs = [...Map.groupBy(sidecars, ({ job }) => job)];
  return await Promise.all(jobs.map(([job, runs]) => checkJob(folder, job, runs)));
}

async function checkJob(folder: string, job: string, runs: readonly Sidecar[]): Promise<JobReport> {
  const rows: Partial<Row>[][] = [];
  for (const run of runs) {
    rows.push(apart(await readRun(path.join(folder, job, run.split, run.file), run.format), run));
  }
  return { job, runs: runs.length, report: leakReport(rows.flat()) };
}

/** The last row of a run is not the one before the first of another. */
function apart(rows: readonly Partial<Row>[], { run }: Sidecar): Partial<Row>[] {
  return rows.map((row) => ({ ...row, container: `${row.container ?? ""} in run ${run}` }));
}

async function sidecarsIn(folder: string): Promise<Sidecar[]> {
  const fix = "name the folder that was given to `record` as --out";
  const failed = (why: string) => new StartError("NO_DATASET", { what: `There is no data set in ${folder}`, why, fix });
  const is = await stat(folder).catch((error: unknown) => {
    throw failed(reasonOf(error));
  });
  if (!is.isDirectory()) throw failed("it is no folder");
  const sidecars = readSidecars(folder);
  if (sidecars.length === 0) throw failed("no sidecar of a run is below it (JOB/SPLIT/d_N.json)");
  return sidecars;
}
