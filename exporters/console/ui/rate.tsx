import { formatRate } from "../lib/units.ts";

interface Props {
  /** Per second; undefined while it is not known. */
  value: number | undefined;
  text?: (value: number) => string;
}

/** How fast a counter grows, or that this is not known yet. */
export function Rate({ value, text = formatRate }: Props) {
  if (value !== undefined) return <>{text(value)}</>;
  return (
    <span class="muted" title="Waiting for the exporter’s second reading: a rate is between two">
      …
    </span>
  );
}
