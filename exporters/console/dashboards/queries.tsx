import { useEffect, useState } from "preact/hooks";
import type { Panel } from "../lib/dashboard/model.ts";
import { type Context, filled } from "./context.ts";

/** What a panel asks Prometheus, with all variables put in, to be copied. */
export function Queries({ panel, context }: { panel: Panel; context: Context }) {
  return (
    <div class="queries">
      {panel.targets.map(({ refId, expr, minStep }) => (
        <Query key={refId} text={filled(expr, context, minStep)} />
      ))}
    </div>
  );
}

const COPY = "Copy";
/** How long it is said that a query was copied. */
const SAID_MS = 2000;

function Query({ text }: { text: string }) {
  const [said, setSaid] = useState(COPY);
  useEffect(() => setSaid(COPY), [text]);
  useEffect(() => {
    if (said === COPY) return;
    const timer = setTimeout(() => setSaid(COPY), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = () => {
    // Browsers lend the clipboard to secure pages only, which one at another address than localhost is not.
    const written = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"));
    written.then(
      () => setSaid("Copied"),
      () => setSaid("Select the text to copy it"),
    );
  };
  return (
    <div>
      <pre>{text}</pre>
      <button type="button" onClick={copy}>
        {said}
      </button>
    </div>
  );
}
