/**
 * What the address keeps for a panel: all values of a parameter that begin with the panel's number, without it. For panel 4,
 * `hide=4:read&hide=7:write` keeps `read`.
 */
export function keptFor(panel: number, key: string, query: URLSearchParams): string[] {
  const start = startFor(panel);
  const values = query.getAll(key).filter((value) => value.startsWith(start));
  return values.map((value) => value.slice(start.length));
}

/** What makes the address keep these values for a panel, as a change of it; other panels keep theirs. */
export function keepFor(panel: number, key: string, query: URLSearchParams, values: Iterable<string>) {
  const start = startFor(panel);
  const others = query.getAll(key).filter((value) => !value.startsWith(start));
  return { [key]: [...others, ...Array.from(values, (value) => start + value)] };
}

function startFor(panel: number): string {
  return `${panel}:`;
}
