/** How often each of something was seen, by its name. */
export type Counts = ReadonlyMap<string, number>;

/** Names that one map has at most; what comes beyond is counted under the last. */
const MAX_NAMES = 32;
const MAX_NAME_CHARS = 64;
export const OTHER_NAMES = "~other";

/** Counts some more of something. Whoever tells of it chooses the name, so that names have bounds. */
export function countIn(counts: Map<string, number>, name: string, amount: number): void {
  const known = counts.get(name);
  if (known !== undefined) return void counts.set(name, known + amount);
  if (name.length > MAX_NAME_CHARS || counts.size >= MAX_NAMES) {
    return void counts.set(OTHER_NAMES, (counts.get(OTHER_NAMES) ?? 0) + amount);
  }
  counts.set(name, amount);
}

/** Counts all of `more`. */
export function countAllIn(counts: Map<string, number>, more: Counts): void {
  for (const [name, amount] of more) countIn(counts, name, amount);
}
