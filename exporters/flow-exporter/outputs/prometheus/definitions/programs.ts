import type { Program } from "../../../model/program.ts";
import { type Metric, metric } from "./definition.ts";

const LABELS = ["id", "name", "type"];

/** Every BPF program on the host, whoever loaded it. */
export const PROGRAM_METRICS: readonly Metric[] = [
  metric(
    "ebpf_program_run_time_seconds_total",
    "Total run time of a BPF program on all CPUs; increases only while kernel.bpf_stats_enabled is on.",
    LABELS,
    (view) => [...view.programs()].map((program) => [program.runTimeNs / 1e9, labelsOf(program)]),
  ),
  metric(
    "ebpf_program_runs_total",
    "Number of times a BPF program has run; increases only while kernel.bpf_stats_enabled is on.",
    LABELS,
    (view) => [...view.programs()].map((program) => [program.runs, labelsOf(program)]),
  ),
  metric(
    "ebpf_program_info",
    "Always 1; its labels are where a BPF program is attached, and which process or container holds it.",
    [...LABELS, "attach", "loaded_by", "container"],
    (view) => [...view.programs()].map((program) => [1, infoOf(program)]),
  ),
];

function labelsOf({ id, name, type }: Program) {
  return { id, name, type };
}

function infoOf(program: Program) {
  const { attachName, holder } = program;
  const container = holder?.kind === "container" ? holder.name : "";
  return { ...labelsOf(program), attach: attachName, loaded_by: holder?.name ?? "", container };
}
