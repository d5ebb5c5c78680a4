import assert from "node:assert/strict";
import { panelQueries } from "../lib/dashboards.ts";
import { NAMES } from "../lib/test-stack.ts";

/** A picture shows five minutes; what is looked at was there in the last of them only. */
const SCRAPES_BEFORE = 48;
const SCRAPES = 12;
const EDGE = '{source="web", destination="db", destination_port="5432", protocol="tcp"}';
const PROGRAM = '{id="17", name="follow_state", type="tracing"}';

/** A counter that grows by `step` with every scrape of the last minute; the first scrape of it has what came until then. */
function lastMinute(series: string, step: number) {
  return { series, values: `_x${SCRAPES_BEFORE} ${step}+${step}x${SCRAPES}` };
}

function always(series: string) {
  return { series, values: `1x${SCRAPES_BEFORE + SCRAPES}` };
}

/** What the tables' means are to say, rounded to a twentieth: how far a first and a last scrape may be off. */
const MEANS: readonly (readonly [query: string, value: number, unit: number])[] = [
  ["Flows / Top talkers / E", 20_000, 1_000],
  ["Flows / Top talkers / F", 4_000, 200],
  ["Flows / Top talkers / G", 16_000, 800],
  ["eBPF programs / All programs / F", 0.005, 0.00025],
  ["eBPF programs / All programs / G", 2_000, 100],
  ["eBPF programs / All programs / H", 2.5e-6, 1.25e-7],
];

/** A file for `promtool test rules`: an edge of steady 20 kB/s, and a program that takes 0.5 % of a core. */
export async function meansOfLateComers(): Promise<object> {
  const queries = new Map((await panelQueries(NAMES)).map(({ name, expr }) => [name, expr]));
  const expected = MEANS.map(([name, value, unit]) => {
    const expr = queries.get(name) ?? assert.fail(`there is no query ${name}`);
    return {
      expr: `sum(round((${expr}) / ${unit}))`,
      eval_time: "5m",
      exp_samples: [{ value: Math.round(value / unit) }],
    };
  });
  return {
    tests: [
      {
        name: "means over the time in which an edge or a program was there",
        interval: "5s",
        input_series: [
          lastMinute(`flow_sent_bytes_total${EDGE}`, 5 * 4_000),
          lastMinute(`flow_received_bytes_total${EDGE}`, 5 * 16_000),
          always('flow_endpoint_info{endpoint="web", compose_project="shop", monitoring=""}'),
          always('flow_endpoint_info{endpoint="db", compose_project="shop", monitoring=""}'),
          lastMinute(`ebpf_program_run_time_seconds_total${PROGRAM}`, 5 * 0.005),
          lastMinute(`ebpf_program_runs_total${PROGRAM}`, 5 * 2_000),
          always('ebpf_program_info{id="17", loaded_by="flow-tracer", attach=""}'),
        ],
        promql_expr_test: expected,
      },
    ],
  };
}
