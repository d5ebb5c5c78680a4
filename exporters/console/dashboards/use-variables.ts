import { useEffect, useMemo, useState } from "preact/hooks";
import { ApiError } from "../api/client.ts";
import { labelValues, queryInstant, type Range } from "../api/prometheus.ts";
import { type Bound, interpolate } from "../lib/dashboard/template.ts";
import { bind, chosenOf, type Option, optionsOf, seriesText, type Variable } from "../lib/dashboard/variables.ts";

export interface Choosable {
  variable: Variable;
  options: readonly Option[];
  chosen: readonly string[];
}

/** Variables with their options and what is chosen; undefined until all options are known. */
export interface Variables {
  choosable: readonly Choosable[];
  bound: ReadonlyMap<string, Bound>;
}

/**
 * The variables of a dashboard, as the address chooses them. Options that Prometheus tells are asked for when the
 * dashboard opens, when a choice changes, and once a minute; where it does not answer, the address is believed.
 */
export function useVariables(variables: readonly Variable[], query: URLSearchParams, range: Range) {
  const [resolved, setResolved] = useState<Variables | undefined>();
  const asked = useMemo(() => variables.map(({ name }) => query.getAll(`var-${name}`)), [variables, query]);
  const key = JSON.stringify(asked);
  const minute = Math.floor(range.to / 60);

  // The range's end moves all the time: once a minute is often enough.
  useEffect(() => {
    const left = new AbortController();
    resolve(variables, asked, range, left.signal).then(setResolved, () => undefined);
    return () => left.abort();
  }, [variables, key, minute]);
  return useMemo(() => resolved && { ...resolved, choosable: rechosen(resolved.choosable, asked) }, [resolved, key]);
}

/** What is chosen shows at once, before the options that depend on it are known. */
function rechosen(choosable: readonly Choosable[], asked: readonly string[][]): Choosable[] {
  return choosable.map((one, index) => ({ ...one, chosen: chosenOf(one.variable, one.options, asked[index] ?? []) }));
}

/** One after the other, since options may depend on the variables before. */
async function resolve(
  variables: readonly Variable[],
  asked: readonly string[][],
  range: Range,
  signal: AbortSignal,
): Promise<Variables> {
  const choosable: Choosable[] = [];
  const bound = new Map<string, Bound>();
  for (const [index, variable] of variables.entries()) {
    const options = await optionsFor(variable, bound, range, signal);
    const chosen = chosenOf(variable, options, asked[index] ?? []);
    choosable.push({ variable, options, chosen });
    bound.set(variable.name, bind(variable, options, chosen));
  }
  return { choosable, bound };
}

async function optionsFor(variable: Variable, bound: Variables["bound"], range: Range, signal: AbortSignal) {
  const { source } = variable;
  if (!source) return variable.options;
  try {
    return optionsOf(variable, await valuesOf(source, bound, range, signal));
  } catch (error) {
    if (error instanceof ApiError) return [];
    throw error;
  }
}

async function valuesOf(
  source: NonNullable<Variable["source"]>,
  bound: Variables["bound"],
  range: Range,
  signal: AbortSignal,
): Promise<string[]> {
  if ("expr" in source) {
    const found = await queryInstant(interpolate(source.expr, bound), range.to, signal);
    return found.map(({ metric, value }) => seriesText(metric, value));
  }
  const { selector, label } = source;
  const filled = { label, selector: selector === undefined ? undefined : interpolate(selector, bound) };
  return labelValues(filled, range, signal);
}
