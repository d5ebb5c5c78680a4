import { useState } from "preact/hooks";
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

function Query({ text }: { text: string }) {
  const [said, setSaid] = useState("Copy");
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
