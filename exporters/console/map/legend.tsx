import { edgeWidth } from "../lib/scale.ts";

const WIDTHS: readonly (readonly [string, number])[] = [
  ["1 kB/s", 1e3],
  ["1 MB/s", 1e6],
  ["1 GB/s", 1e9],
];

/** What lines and shapes of the map mean. */
export function Legend() {
  return (
    <div class="map-legend">
      {WIDTHS.map(([text, rate]) => (
        <span key={text}>
          <Line width={edgeWidth(rate)} name="active" />
          {text}
        </span>
      ))}
      <span>
        <Line width={1} name="idle" />
        idle
      </span>
      <span>
        <Line width={2} name="failing" />
        one connect in ten fails
      </span>
    </div>
  );
}

function Line({ width, name }: { width: number; name: string }) {
  return (
    <svg width="22" height="10" aria-hidden="true" class={`line ${name}`}>
      <line x1="0" x2="22" y1="5" y2="5" stroke-width={width} />
    </svg>
  );
}
