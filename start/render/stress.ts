import type { Made, Unit } from "../stress/lab.ts";
import type { Row } from "../stress/rows.ts";
import { renderTable } from "./table.ts";

const HEADER = ["METRIC", "BEFORE", "DURING", "AFTER", "VERDICT"];

/** A table of what was measured, and, where the load knows what it did, whether that is what was counted. */
export function renderRows(rows: readonly Row[], made?: Made, counted?: Made): string {
  const table = renderTable([HEADER, ...rows.map(cells)]);
  const lines = made && counted ? ["", `made:    ${words(made)}`, `counted: ${words(counted)}`] : [];
  return `\n${[table, ...lines].join("\n")}\n`;
}

function cells({ measure, before, during, after, moved }: Row): string[] {
  const values = [before, during, after].map((value) => amount(value, measure.unit));
  return [measure.title, ...values, moved === undefined ? tendency(before, during) : moved ? "moved" : "DID NOT MOVE"];
}

/** By how much a metric must differ before it is called another value. */
const STEADY_SHARE = 0.1;

/** For what is shown beside the metrics that must move. */
function tendency(before = 0, during = 0): string {
  if (Math.abs(during - before) <= STEADY_SHARE * Math.max(before, during)) return "steady";
  return during > before ? "rose" : "fell";
}

function words({ connections, sentBytes }: Made): string {
  return `${grouped(connections)} connections, ${grouped(sentBytes)} bytes sent`;
}

/** A value in the unit a reader expects; "none" where there was nothing to read, as of a container that was not there yet. */
function amount(value: number | undefined, unit: Unit): string {
  if (value === undefined) return "none";
  switch (unit) {
    case "per second":
      return `${grouped(Math.round(value))}/s`;
    case "cores":
      return `${value.toFixed(2)} cores`;
    case "bytes":
      return `${(value / 2 ** 20).toFixed(1)} MiB`;
    case "bytes per second":
      return `${(value / 1e6).toFixed(value < 1e6 ? 3 : 1)} MB/s`;
    case "seconds":
      return `${(value * 1000).toFixed(2)} ms`;
  }
}

function grouped(value: number): string {
  return value.toLocaleString("en");
}

/** How long it all takes, told beforehand. */
export function renderPlan(name: string, seconds: number, restSeconds: number, historySeconds: number): string {
  const about = Math.ceil((seconds + restSeconds) / 5) * 5;
  return [
    `Stress test "${name}": about ${about} s, ${seconds} s of them under load; the rest is for setting it up and letting it settle.`,
    `Right after a start it takes up to ${historySeconds} s longer, to collect readings from before the load.`,
    "",
  ].join("\n");
}

/** How long it took, of which the load itself. */
export function renderDuration(totalSeconds: number, loadSeconds: number): string {
  return `\nTook ${totalSeconds.toFixed(0)} s, ${loadSeconds.toFixed(0)} s of them under load\n`;
}
