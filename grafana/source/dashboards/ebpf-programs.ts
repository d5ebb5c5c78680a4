import { dashboard } from "../dashboard.ts";
import { chart, stacked, stat, thresholds } from "../panels.ts";
import * as programs from "../queries/programs.ts";
import { table } from "../tables.ts";
import { over } from "../targets.ts";
import { loader } from "../variables.ts";

const PROGRAM = "{{name}} #{{id}}";
const NO_STATISTICS = "No statistics: kernel.bpf_stats_enabled is off";
const MOST = "The twelve programs that took most time over the time shown.";

const glance = [
  stat("CPU of all programs", "CPU time that BPF programs take; 100 % is one core.", "percentunit")
    .span(6)
    .decimals(2)
    .thresholds(thresholds(0.02, 0.1))
    .withTarget(over(programs.cpu, "CPU")),
  stat("Runs", "How often a second any of them runs.", "ops").span(6).withTarget(over(programs.runs, "runs")),
  stat("Time per run", "Mean over all programs.", "s").span(6).withTarget(over(programs.timePerRun, "mean")),
  stat("Programs", "BPF programs loaded on this host, by whomever.", "short")
    .span(6)
    .withTarget(over(programs.loaded, "loaded")),
].map((panel) => panel.min(0).noValue(NO_STATISTICS));

const cost = [
  stacked("CPU by program", `CPU time; 100 % is one core. ${MOST}`, "percentunit").withTarget(
    over(programs.cpuByProgram, PROGRAM),
  ),
  stacked(
    "CPU by loader",
    "The same, by the container or process that loaded the programs: what each tool costs.",
    "percentunit",
  ).withTarget(over(programs.cpuByLoader, "{{loaded_by}}")),
  chart("Runs by program", `Runs a second. ${MOST}`, "ops").withTarget(over(programs.runsByProgram, PROGRAM)),
  chart(
    "Time per run",
    `How long one run takes; iterators, which walk whole tables in one run, take longest. ${MOST}`,
    "s",
  ).withTarget(over(programs.timePerRunByProgram, PROGRAM)),
].map((panel) => panel.noValue(NO_STATISTICS));

const list = [
  table(
    "Every program",
    "All BPF programs on this host: where they are attached, who loaded them, and what they cost on average in the part of the time " +
      "shown in which they were there. The total time is since each was loaded.",
    [
      { title: "Id", label: "id" },
      { title: "Name", label: "name" },
      { title: "Type", label: "type" },
      { title: "Attached to", label: "attach" },
      { title: "Loaded by", label: "loaded_by" },
      { title: "Mean CPU", expr: programs.table.cpu, unit: "percentunit" },
      { title: "Mean runs", expr: programs.table.runs, unit: "ops" },
      { title: "Mean time per run", expr: programs.table.timePerRun, unit: "s" },
      { title: "Total time", expr: programs.table.totalTime, unit: "s" },
    ],
    "Mean CPU",
  ).height(14),
];

export const ebpfPrograms = dashboard({
  name: "ebpf-programs",
  title: "eBPF programs",
  description: "What every BPF program on the host costs, whoever loaded it.",
  variables: [loader],
  rows: [
    { title: "At a glance", panels: glance },
    { title: "Cost", panels: cost },
    { title: "Programs", panels: list },
  ],
});
