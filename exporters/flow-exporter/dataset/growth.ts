/** How much a counter has grown since it was first read. One that has started anew, as after a restart, has grown by what it says. */
export function growth(values: readonly (number | undefined)[]): (number | undefined)[] {
  let last: number | undefined;
  let total = 0;
  return values.map((value) => {
    if (value === undefined) return undefined;
    if (last !== undefined) total += value >= last ? value - last : value;
    last = value;
    return total;
  });
}

/** The last of these that is earlier than the moment: its place; -1: there is none. The moments ascend. */
export function lastBefore(momentsNs: readonly number[], ns: number): number {
  let low = 0;
  let high = momentsNs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((momentsNs[middle] ?? 0) < ns) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
