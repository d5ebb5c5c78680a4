import { dashboard } from "../dashboard.ts";
import { chart, stacked, stat, thresholds } from "../panels.ts";
import * as programs from "../queries/programs.ts";
import { table } from "../tables.ts";
import { over } from "../targets.ts";
import { loader } from "../variables.ts";

const PROGRAM = "{{name}} #{{id}}";
const NO_STATISTICS = "No statistics: kernel.bpf_stats_enabled is off";
const MOST = "The twelve programs with the most run time in the time range shown.";

const glance = [
  stat("CPU of all programs", "CPU time used by BPF programs; 100 % is one core.", "percentunit")
    .span(6)
    .decimals(2)
    .thresholds(thresholds(0.02, 0.1))
    .withTarget(over(programs.cpu, "CPU")),
  stat("Runs", "Runs per second of all programs together.", "ops").span(6).withTarget(over(programs.runs, "runs")),
  stat("Time per run", "Mean over all programs.", "s").span(6).withTarget(over(programs.timePerRun, "mean")),
  stat("Programs", "BPF programs loaded on this host, whoever loaded them.", "short")
    .span(6)
    .withTarget(over(programs.loaded, "loaded")),
].map((panel) => panel.min(0).noValue(NO_STATISTICS));

const cost = [
  stacked("CPU by program", `CPU time; 100 % is one core. ${MOST}`, "percentunit").withTarget(
    over(programs.cpuByProgram, PROGRAM),
  ),
  stacked(
    "CPU by loader",
    "CPU time by the container or process that loaded the programs: what each tool costs.",
    "percentunit",
  ).withTarget(over(programs.cpuByLoader, "{{loaded_by}}")),
  chart("Runs by program", `Runs per second. ${MOST}`, "ops").withTarget(over(programs.runsByProgram, PROGRAM)),
  chart(
    "Time per run",
    `Mean duration of one run; iterators, which walk whole tables in one run, take longest. ${MOST}`,
    "s",
  ).withTarget(over(programs.timePerRunByProgram, PROGRAM)),
].map((panel) => panel.noValue(NO_STATISTICS));

const list = [
  table(
    "All programs",
    "All BPF programs on this host: where they are attached, who loaded them, and what they cost. Means are over the part " +
      "of the time range in which the program was loaded; the total time is since then.",
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
  description: "The cost of every BPF program on the host, whoever loaded it.",
  variables: [loader],
  rows: [
    { title: "At a glance", panels: glance },
    { title: "Cost", panels: cost },
    { title: "Programs", panels: list },
  ],
});
