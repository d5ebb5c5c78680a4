import { useState } from "preact/hooks";
import type { Range } from "../api/prometheus.ts";
import { fieldTime, fixedRange } from "../lib/dashboard/range.ts";
import { setQuery } from "../router.ts";

interface Props {
  range: Range;
  /** A fixed time is shown already. */
  fixed: boolean;
}

/** Two fields for the beginning and the end of what is shown. */
export function FixedTime({ range, fixed }: Props) {
  const [opened, setOpened] = useState(false);
  if (!opened && !fixed) {
    return (
      <button type="button" onClick={() => setOpened(true)} title="Show a time of your own">
        From – to …
      </button>
    );
  }
  const close = () => {
    setOpened(false);
    if (fixed) setQuery({ from: undefined, to: undefined });
  };
  return <Fields key={`${fixed && range.from} ${fixed && range.to}`} range={range} close={close} />;
}

function Fields({ range, close }: { range: Range; close(): void }) {
  const [from, setFrom] = useState(fieldTime(range.from));
  const [to, setTo] = useState(fieldTime(range.to));
  const wanted = fixedRange(from, to);
  const show = (event: Event) => {
    event.preventDefault();
    if (wanted) setQuery({ from: String(wanted.from), to: String(wanted.to) });
  };
  return (
    <form class="fixed-time" onSubmit={show}>
      <Field label="From" value={from} onChange={setFrom} />
      <Field label="to" value={to} onChange={setTo} />
      {from >= to && from !== "" && to !== "" && (
        <span class="fault" role="alert">
          From must be before to
        </span>
      )}
      <button type="submit" disabled={!wanted} title={wanted ? "Show this time" : "Both times must be dates"}>
        Show
      </button>
      <button type="button" class="quiet" onClick={close} title="Back to now" aria-label="Back to now">
        ✕
      </button>
    </form>
  );
}

function Field({ label, value, onChange }: { label: string; value: string; onChange(text: string): void }) {
  return (
    <label class="field">
      <span>{label}</span>
      <input type="datetime-local" value={value} onInput={(event) => onChange(event.currentTarget.value)} />
    </label>
  );
}
