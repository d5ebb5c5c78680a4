import { formatRate } from "../lib/units.ts";

interface Props {
  /** Per second; undefined before there are two samples. */
  value: number | undefined;
  text?: (value: number) => string;
}

/** How fast a counter grows, or that this is not known yet. */
export function Rate({ value, text = formatRate }: Props) {
  if (value !== undefined) return <>{text(value)}</>;
  return (
    <span class="muted" title="Waiting for a second sample: a rate is between two">
      …
    </span>
  );
}
