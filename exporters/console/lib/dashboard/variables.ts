import type { RawVariable } from "./raw.ts";
import type { Bound } from "./template.ts";

export interface Option {
  text: string;
  value: string;
}

/** Values of a label, of all series or of those a selector picks. */
export interface LabelValues {
  selector: string | undefined;
  label: string;
}

/** Labels of what a query finds, each series as a text. */
interface QueryResult {
  expr: string;
}

export interface Variable {
  name: string;
  label: string;
  hidden: boolean;
  multi: boolean;
  /** "All" is one of the choices. */
  all: boolean;
  /** What is put in for "All"; undefined: all values. */
  allValue: string | undefined;
  /** Where its options come from; undefined: they are fixed. */
  source: LabelValues | QueryResult | undefined;
  options: readonly Option[];
  regex: string;
  sort: number;
  /** Chosen at first. */
  initial: readonly string[];
}

export const ALL = "$__all";

export function parseVariable(raw: RawVariable): Variable {
  const { type = "", name = "", hide, query } = raw;
  const text = typeof query === "string" ? query : (query?.query ?? "");
  return {
    name,
    label: raw.label || name,
    hidden: hide === 2 || hide === "hideVariable" || ["datasource", "constant", "adhoc"].includes(type),
    multi: raw.multi === true,
    all: raw.includeAll === true,
    allValue: raw.allValue || undefined,
    source: type === "query" ? (parseLabelValues(text) ?? parseQueryResult(text)) : undefined,
    options: type === "query" ? [] : customOptions(text),
    regex: raw.regex ?? "",
    sort: raw.sort ?? 0,
    initial: [raw.current?.value ?? []].flat(),
  };
}

/** `label_values(up{job="a"}, instance)` → its selector and label. */
export function parseLabelValues(query: string): LabelValues | undefined {
  const inside = /^\s*label_values\((.*)\)\s*$/s.exec(query)?.[1];
  if (inside === undefined) return undefined;
  const comma = inside.lastIndexOf(",");
  const label = inside.slice(comma + 1).trim();
  return { selector: comma < 0 ? undefined : inside.slice(0, comma).trim(), label };
}

/** `query_result(count by (job) (up))` → the query inside. */
function parseQueryResult(query: string): QueryResult | undefined {
  const expr = /^\s*query_result\((.*)\)\s*$/s.exec(query)?.[1];
  return expr === undefined ? undefined : { expr };
}

/** A series as Grafana has it for a variable's regular expression to read, such as `up{job="a",node="b"} 1 1767225600000`. */
export function seriesText(metric: Readonly<Record<string, string>>, [seconds, value]: [number, string]): string {
  const { __name__: name = "", ...labels } = metric;
  const texts = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
  return `${name}{${texts.join(",")}} ${value} ${seconds * 1000}`;
}

/** `shown : a,hidden : b` or `a,b`; `\,` is a comma that does not separate. */
function customOptions(query: string): Option[] {
  const parts = query.split(/(?<!\\),/).map((part) => part.replaceAll("\\,", ",").trim());
  return parts.filter(Boolean).map((part) => {
    const [text = "", value] = part.split(/\s+:\s+/, 2);
    return { text, value: value ?? text };
  });
}

/** Options of a label's values: what its regular expression takes of them, each once, in its order. */
export function optionsOf({ regex, sort }: Variable, values: readonly string[]): Option[] {
  const all = values.flatMap((value) => matched(regex, value));
  const options = [...new Map(all.map((option) => [option.value, option])).values()];
  if (sort === 0) return options;
  const numeric = sort === 3 || sort === 4;
  options.sort((a, b) => a.text.localeCompare(b.text, "en", { numeric, sensitivity: sort >= 5 ? "base" : "variant" }));
  return sort % 2 === 0 ? options.reverse() : options;
}

function matched(regex: string, value: string): Option[] {
  if (regex === "") return [{ text: value, value }];
  const [, pattern = regex, flags = ""] = /^\/(.*)\/(\w*)$/s.exec(regex) ?? [];
  const found = new RegExp(pattern, flags).exec(value);
  if (!found) return [];
  const kept = found.groups?.value ?? found[1] ?? value;
  return [{ text: found.groups?.text ?? kept, value: kept }];
}

/** What is chosen: as the address says, be it nothing there is; else as the dashboard does; else all, or the first. */
export function chosenOf(variable: Variable, options: readonly Option[], asked: readonly string[]): readonly string[] {
  if (asked.length > 0) return asked;
  if (variable.initial.length > 0 && missingOf(variable, options, variable.initial).length === 0)
    return variable.initial;
  return variable.all ? [ALL] : options.slice(0, 1).map(({ value }) => value);
}

/** What is chosen and does not exist. */
export function missingOf(variable: Variable, options: readonly Option[], chosen: readonly string[]): string[] {
  const exists = (value: string) => (variable.all && value === ALL) || options.some((one) => one.value === value);
  return chosen.filter((value) => !exists(value));
}

/** Says that something chosen does not exist; undefined where all does, or where the options are not known. */
export function missingText(variable: Variable, options: readonly Option[], chosen: readonly string[]) {
  const [missing] = options.length === 0 ? [] : missingOf(variable, options, chosen);
  if (missing === undefined) return undefined;
  const said = `There is no ${variable.name.replaceAll("_", " ")} ${missing}`;
  return variable.source ? `${said} in this range` : said;
}

/** What the choice is in a query. */
export function bind(variable: Variable, options: readonly Option[], chosen: readonly string[]): Bound {
  const several = variable.multi || variable.all;
  if (!chosen.includes(ALL)) return { values: chosen, several };
  if (variable.allValue !== undefined) return { values: [variable.allValue], several, asIs: true };
  return { values: options.map(({ value }) => value), several };
}
