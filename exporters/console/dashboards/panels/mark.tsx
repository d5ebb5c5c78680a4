import { dashOf } from "../../lib/dashes.ts";

const WIDTH = 22;

interface Props {
  color: number;
  round: number;
}

/** A piece of a series' line, as the chart draws it. */
export function Mark({ color, round }: Props) {
  return (
    <svg class="mark" width={WIDTH} height="4" aria-hidden="true">
      <line x2={WIDTH} y1="2" y2="2" stroke={`var(--series-${color})`} stroke-dasharray={dashOf(round).join(" ")} />
    </svg>
  );
}
