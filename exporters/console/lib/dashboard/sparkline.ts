interface Point {
  at: number;
  value: number;
}

/** A trend as two SVG paths in a box of a width and a height; where values are missing there is a gap. */
export function sparkline(values: readonly (number | null)[], width: number, height: number) {
  const runs = runsOf(values);
  const known = runs.flat().map(({ value }) => value);
  if (known.length < 2) return { line: "", area: "" };
  const least = Math.min(0, ...known);
  const most = Math.max(...known);
  const scale = most === least ? 0 : (height - 2) / (most - least);
  const x = ({ at }: Point) => round((at / (values.length - 1)) * width);
  const y = ({ value }: Point) => round(height - 1 - (value - least) * scale);
  const lines = runs.map((run) => `M${run.map((point) => `${x(point)},${y(point)}`).join("L")}`);
  const areas = runs.map((run, index) => {
    const [first = 0, last = 0] = [run[0], run.at(-1)].map((point) => point && x(point));
    return `${lines[index]}L${last},${height}L${first},${height}Z`;
  });
  return { line: lines.join(""), area: areas.join("") };
}

/** Neighbours that are known. */
function runsOf(values: readonly (number | null)[]): Point[][] {
  const runs: Point[][] = [];
  values.forEach((value, at) => {
    if (value === null) return;
    const run = runs.at(-1);
    if (run?.at(-1)?.at === at - 1) run.push({ at, value });
    else runs.push([{ at, value }]);
  });
  return runs;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
