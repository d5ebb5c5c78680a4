import type { Range } from "../api/prometheus.ts";
import { durationText, REFRESHES, rangesSince, type Shown } from "../lib/dashboard/range.ts";
import { setQuery } from "../router.ts";
import { FixedTime } from "./fixed-time.tsx";
import { useOldest } from "./use-oldest.ts";
import type { Choosable } from "./use-variables.ts";
import { VariableSelect } from "./variable-select.tsx";

/** What a dashboard lets one choose. */
export function VariableControls({ choosable }: { choosable: readonly Choosable[] }) {
  const shown = choosable.filter(({ variable }) => !variable.hidden);
  if (shown.length === 0) return null;
  return (
    <div class="toolbar">
      {shown.map((one) => (
        <VariableSelect key={one.variable.name} {...one} />
      ))}
    </div>
  );
}

interface Props {
  shown: Shown;
  range: Range;
  /** Seconds. */
  refresh: number;
  refreshNow(): void;
}

/** The time shown, and how often it moves on. */
export function TimeControls({ shown, range, refresh, refreshNow }: Props) {
  const every = refresh === 0 ? "off" : durationText(refresh);
  return (
    <div class="time">
      {"last" in shown && <LastSelect seconds={shown.last} />}
      <FixedTime range={range} fixed={"from" in shown} />
      <label class="field">
        <span>Refresh</span>
        <select
          value={every}
          disabled={"from" in shown}
          onChange={(event) => setQuery({ refresh: event.currentTarget.value })}
        >
          <Choices options={REFRESHES} value={every} />
        </select>
      </label>
      <button type="button" onClick={refreshNow} aria-label="Refresh now" title="Refresh now">
        ⟳
      </button>
    </div>
  );
}

function LastSelect({ seconds }: { seconds: number }) {
  const value = durationText(seconds);
  const ranges = rangesSince(useOldest(), Date.now() / 1000);
  return (
    <label class="field">
      <span>Last</span>
      <select value={value} onChange={(event) => setQuery({ range: event.currentTarget.value })}>
        <Choices options={ranges} value={value} />
      </select>
    </label>
  );
}

/** The options there are, and the present one if it is none of them. */
function Choices({ options, value }: { options: readonly (readonly [string, string])[]; value: string }) {
  const known = options.some(([key]) => key === value);
  return (
    <>
      {!known && <option value={value}>{value}</option>}
      {options.map(([key, text]) => (
        <option key={key} value={key}>
          {text}
        </option>
      ))}
    </>
  );
}
