import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { StackNames } from "../../../start/settings/names.ts";
import { withOwnNames } from "../../../start/stack/own-names.ts";
import { ROOT } from "./launcher.ts";

const SCRAPE_SECONDS = 5;
const RANGE_SECONDS = 300;

/** The parts of a provisioned dashboard that its queries depend on. */
interface Provisioned {
  title: string;
  panels: { title: string; targets?: { refId: string; expr: string; interval?: string }[] }[];
  templating: { list?: Variable[] };
}

interface Variable {
  name: string;
  allValue?: string;
  current: { value: string | string[] };
}

export interface PanelQuery {
  /** Dashboard, panel and letter of the query: `Lab / LLC misses / A`. */
  name: string;
  /** As the panel sends it to Prometheus, with the variables' defaults. */
  expr: string;
}

/**
 * Every query of every provisioned dashboard, as it is with a look at the last five minutes.
 * @param names of the stack that the dashboards are of
 * @param chosen values of variables, instead of their defaults
 * @param subject the folder of the dashboards
 */
export async function panelQueries(
  names: StackNames,
  chosen: Readonly<Record<string, string>> = {},
  subject: "flowtally" | "cilium" = "flowtally",
): Promise<PanelQuery[]> {
  const folder = path.join(ROOT, "grafana/dashboards", subject);
  const files = (await readdir(folder)).filter((file) => file.endsWith(".json"));
  const texts = await Promise.all(files.map((file) => readFile(path.join(folder, file), "utf8")));
  return texts.flatMap((text) => queriesOf(JSON.parse(withOwnNames(text, names)) as Provisioned, chosen));
}

function queriesOf({ title, panels, templating }: Provisioned, chosen: Readonly<Record<string, string>>): PanelQuery[] {
  const variables = (templating.list ?? []).map((variable) => [
    variable.name,
    chosen[variable.name] ?? defaultOf(variable),
  ]);
  return panels.flatMap((panel) =>
    (panel.targets ?? []).map(({ refId, expr, interval }) => ({
      name: `${title} / ${panel.title} / ${refId}`,
      expr: filledIn(expr, {
        ...Object.fromEntries(variables),
        __rate_interval: rateInterval(interval),
        __range: `${RANGE_SECONDS}s`,
      }),
    })),
  );
}

function defaultOf({ allValue, current }: Variable): string {
  const value = [current.value].flat().join("|");
  return value === "$__all" ? (allValue ?? ".*") : value;
}

/** Grafana's rule: four scrapes, or four of the query's own least steps. */
function rateInterval(interval = `${SCRAPE_SECONDS}s`): string {
  return `${4 * Number.parseInt(interval, 10)}s`;
}

/** A name that is no variable stays, as in Grafana: `$1` is label_replace's. */
function filledIn(expr: string, values: Readonly<Record<string, string>>): string {
  return expr.replaceAll(/\$(\w+)/g, (text, name) => values[name] ?? text);
}
