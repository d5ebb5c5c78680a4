import type { LeakReport } from "../../exporters/flow-exporter/dataset/leak.ts";
import type { Io } from "../commands/command.ts";
import type { JobReport } from "../dataset/check.ts";
import type { Progress } from "../dataset/collect.ts";
import type { RecordedRun } from "../dataset/record-run.ts";
import type { Sidecar } from "../dataset/sidecar.ts";
import { printable } from "../lib/printable.ts";
import { renderTable } from "./table.ts";

/** Nobody reads a log as often as a terminal. */
const PLAIN_SECONDS = 60;
/** Back to the line's beginning, and what was in it away. */
const ANEW = "\r\x1b[K";
/** Exactly this line says to programs that the job may start. */
const RECORDING = "recording";

/** What is told while a run is recorded: lively in one line on a terminal, a line now and then when piped. */
export class DatasetProgress {
  readonly #stdout: Io["stdout"];
  readonly #isLively: boolean;
  readonly #totalSeconds: number;
  #toldSeconds = 0;
  #isPreparing = false;

  constructor(stdout: Io["stdout"], durationMs: number) {
    this.#stdout = stdout;
    this.#isLively = stdout.isTTY === true && stdout.columns !== 0;
    this.#totalSeconds = durationMs / 1_000;
  }

  /** What is done before, once on a machine and again where the kernel part is another one. */
  step(line: string): void {
    if (this.#isLively) this.#replace(line);
    else if (!this.#isPreparing)
      this.#stdout.write("Preparing the image of the kernel part, once: this takes up to minutes\n");
    this.#isPreparing = true;
  }

  recording(containers: readonly string[]): void {
    this.end();
    const names = `${containers.length} container${containers.length === 1 ? "" : "s"}: ${containers.join(", ")}`;
    const time = `${clock(this.#totalSeconds)}; Ctrl-C ends it early and keeps what there is`;
    this.#stdout.write(`Recording ${printable(names)}, for ${time}\n${RECORDING}\n`);
  }

  progress({ seconds, flows, samples, missed }: Progress): void {
    const late = missed === 0 ? "" : `, ${grouped(missed)} missed`;
    const line = `${clock(seconds)} of ${clock(this.#totalSeconds)} · ${grouped(flows)} flows · ${grouped(samples)} samples${late}`;
    if (this.#isLively) this.#replace(line);
    if (this.#isLively || seconds - this.#toldSeconds < PLAIN_SECONDS) return;
    this.#toldSeconds = seconds;
    this.#stdout.write(`${line}\n`);
  }

  /** What was lively is over. */
  end(): void {
    if (this.#isLively) this.#stdout.write(ANEW);
  }

  #replace(line: string): void {
    this.#stdout.write(`${ANEW}${printable(line).slice(0, (this.#stdout.columns ?? 80) - 1)}`);
  }
}

/** What was recorded, what of it is missing, and where it is. */
export function renderRun({ file, sidecar, cardReason }: RecordedRun): string {
  const { rows, flows, seconds, samples, split, run, job } = sidecar;
  const lines = [
    `${job}, run ${run} (${split}): ${grouped(rows)} rows of ${grouped(flows)} flow${flows === 1 ? "" : "s"} in ${seconds.toFixed(1)} s`,
    ...(flows === 0
      ? ["No flow was seen: the file has its header only. Is it these containers that the job runs in?"]
      : []),
    ...Object.entries(sidecar.left_out).map(([reason, count]) => `  ${grouped(count)} left out: ${reason}`),
    ...(sidecar.lost > 0 ? [`  ${grouped(sidecar.lost)} lost: the kernel part had no room for them`] : []),
    `  ${grouped(samples.taken)} samples every ${samples.every_ms} ms, ${grouped(samples.missed)} missed`,
    ...sidecar.clock_steps.map((step) => `  the wall clock was set at ${step.at_seconds} s, by ${step.step_seconds} s`),
    ...sidecar.containers.flatMap(containerLines),
    ...(cardReason === undefined ? [] : [`The data card could not be written: ${cardReason}`]),
    ...(sidecar.incomplete_reason === null ? [] : [`Incomplete: ${sidecar.incomplete_reason}`]),
    `recorded: ${file}`,
  ];
  return printable(`${lines.join("\n")}\n`);
}

function containerLines({ name, restarts, came_back: cameBack, unsampled }: Sidecar["containers"][number]): string[] {
  const times = restarts.length === 1 ? "once" : `${restarts.length} times`;
  return [
    ...(restarts.length === 0
      ? []
      : [`  ${name} ended ${times}${cameBack ? ", and was followed" : ", and did not come back"}`]),
    ...(unsampled === null ? [] : [`  ${name}: its counters could not be read: ${unsampled}`]),
  ];
}

const VERDICTS = { clean: "no leak found", leaks: "LEAKS", "too few rows": "too few rows to tell" } as const;

/** Of each job what was found, and the columns nearest to the size, so that a reader can judge by himself. */
export function renderLeaks(reports: readonly JobReport[]): string {
  const parts = reports.map(({ job, runs, report }) => {
    const lines = [
      `${job}: ${VERDICTS[report.verdict]}, in ${grouped(report.rows)} rows of ${runs} run${runs === 1 ? "" : "s"}`,
      ...report.leaks.map((leak) => `  leak: ${leak}`),
      ...report.notes.map((note) => `  note: ${note}`),
    ];
    return `${lines.join("\n")}\n${nearest("columns that tell most of flow_size", report.measures)}${nearest("apart", report.firstCall)}`;
  });
  return printable(parts.join("\n"));
}

const SHOWN = 5;

function nearest(title: string, measures: LeakReport["measures"]): string {
  const told = measures
    .filter(({ explained, rankCorrelation }) => explained !== undefined || rankCorrelation !== undefined)
    .toSorted((one, other) => (other.explained ?? 0) - (one.explained ?? 0))
    .slice(0, SHOWN);
  if (told.length === 0) return "";
  const rows = told.map(({ column, view, equalRows, newRows, rankCorrelation, explained }) => [
    column,
    view,
    `${grouped(equalRows)} of ${grouped(newRows)}`,
    rankCorrelation?.toFixed(3) ?? "-",
    explained?.toFixed(3) ?? "-",
  ]);
  const table = renderTable([["COLUMN", "AS", "EQUAL", "RANK CORRELATION", "R²"], ...rows]);
  return `  ${title}:\n${table.replace(/^/gm, "    ")}\n`;
}

function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  return `${minutes}:${String(rest).padStart(2, "0")}`;
}

function grouped(value: number): string {
  return value.toLocaleString("en");
}
