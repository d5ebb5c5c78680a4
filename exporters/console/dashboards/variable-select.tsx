import { ALL, missingOf } from "../lib/dashboard/variables.ts";
import { setQuery } from "../router.ts";
import type { Choosable } from "./use-variables.ts";

/** A variable as a list to choose from; several can be ticked where the dashboard allows it. */
export function VariableSelect(props: Choosable) {
  return props.variable.multi ? <Several {...props} /> : <One {...props} />;
}

function One({ variable, options, chosen }: Choosable) {
  const [value = ""] = chosen;
  const known = options.some((option) => option.value === value) || value === ALL;
  return (
    <label class="field">
      <span>{variable.label}</span>
      <select value={value} onChange={(event) => choose(variable.name, [event.currentTarget.value])}>
        {variable.all && <option value={ALL}>All</option>}
        {!known && <option value={value}>{value || "none available"}</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </label>
  );
}

function Several({ variable, options, chosen }: Choosable) {
  const all = chosen.includes(ALL);
  // What does not exist has no box to untick: the next choice drops it.
  const missing = new Set(missingOf(variable, options, chosen));
  const ticked = all ? [] : chosen.filter((value) => !missing.has(value));
  return (
    <div class="field">
      <span id={`label-${variable.name}`}>{variable.label}</span>
      <details class="several">
        <summary aria-describedby={`label-${variable.name}`}>{all ? "All" : chosen.join(", ")}</summary>
        <fieldset>
          <legend class="unseen">{variable.label}</legend>
          {variable.all && (
            <label>
              <input type="checkbox" checked={all} onChange={() => choose(variable.name, [ALL])} /> All
            </label>
          )}
          {options.map(({ text, value }) => (
            <label key={value}>
              <input
                type="checkbox"
                checked={ticked.includes(value)}
                onChange={() => choose(variable.name, toggled(ticked, value))}
              />{" "}
              {text}
            </label>
          ))}
        </fieldset>
      </details>
    </div>
  );
}

function toggled(chosen: readonly string[], value: string): string[] {
  const others = chosen.filter((one) => one !== value);
  return others.length < chosen.length ? others : [...chosen, value];
}

/** Nothing chosen is as the dashboard has it. */
function choose(name: string, values: string[]): void {
  setQuery({ [`var-${name}`]: values });
}
