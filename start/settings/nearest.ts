/** A single letter begins too many words to be a hint. */
const LEAST_BEGINNING = 2;

/**
 * The candidate that is meant by a word: the only one that it begins (`sec` for `seconds`), the only one that has all its
 * parts (`FLOW_PORT` for `FLOW_EXPORTER_PORT`), or the only nearest one. None where more than a third of the word would have
 * to change, and where two are as near: then a guess would only mislead.
 */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const begun = word.length < LEAST_BEGINNING ? [] : candidates.filter((candidate) => candidate.startsWith(word));
  return (
    onlyOf(begun) ?? onlyOf(candidates.filter((one) => hasPartsOf(one, word))) ?? onlyOf(nearest(word, candidates))
  );
}

function onlyOf(found: readonly string[]): string | undefined {
  return found.length === 1 ? found[0] : undefined;
}

function hasPartsOf(candidate: string, word: string): boolean {
  const parts = partsOf(candidate);
  return partsOf(word).every((part) => parts.includes(part));
}

function partsOf(name: string): string[] {
  return name.split(/[-_]/);
}

/** The candidates that the word becomes by the fewest edits (insert, delete, replace, swap two neighbours). */
function nearest(word: string, candidates: readonly string[]): string[] {
  const most = Math.ceil(word.length / 3);
  const near = candidates
    // It takes at least that many edits: a word of any length is told from all others at once.
    .filter((candidate) => Math.abs(candidate.length - word.length) <= most)
    .map((candidate) => ({ candidate, edits: editDistance(word, candidate) }))
    .filter(({ edits }) => edits <= most);
  const fewest = Math.min(...near.map(({ edits }) => edits));
  return near.filter(({ edits }) => edits === fewest).map(({ candidate }) => candidate);
}

function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 0; row < from.length; row++) {
    const current = [row + 1];
    for (let column = 0; column < to.length; column++) {
      const replaced = (last[column] ?? 0) + (from[row] === to[column] ? 0 : 1);
      const isSwap = row > 0 && column > 0 && from[row] === to[column - 1] && from[row - 1] === to[column];
      const swapped = isSwap ? (beforeLast[column - 1] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      current.push(Math.min(replaced, swapped, (last[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    [beforeLast, last] = [last, current];
  }
  return last[to.length] ?? 0;
}
