/** A course as two SVG paths in a box of a width and a height; gaps are bridged. */
export function sparkline(values: readonly (number | null)[], width: number, height: number) {
  const known = values.flatMap((value, at) => (value === null ? [] : [{ at, value }]));
  if (known.length < 2) return { line: "", area: "" };
  const least = Math.min(0, ...known.map(({ value }) => value));
  const most = Math.max(...known.map(({ value }) => value));
  const scale = most === least ? 0 : (height - 2) / (most - least);
  const points = known.map(({ at, value }) => {
    const x = (at / (values.length - 1)) * width;
    return `${round(x)},${round(height - 1 - (value - least) * scale)}`;
  });
  const [first = "", last = ""] = [points[0], points.at(-1)].map((point) => point?.split(",")[0]);
  const line = `M${points.join("L")}`;
  return { line, area: `${line}L${last},${height}L${first},${height}Z` };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
