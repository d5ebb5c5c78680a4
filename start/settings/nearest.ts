/** The candidate that takes the fewest edits (insert, delete, replace, swap two neighbours) to become. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const [best] = candidates
    .map((candidate) => ({ candidate, edits: editDistance(word, candidate) }))
    .sort((a, b) => a.edits - b.edits);
  return best?.candidate;
}

/** A single letter begins too many words to be a hint. */
const LEAST_BEGINNING = 2;

/**
 * The nearest candidate, or the only one that the word begins: `sec` for `seconds`. None where more than a third of the word
 * would have to change: then a guess would only mislead.
 */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const [begun, ...others] = candidates.filter((candidate) => candidate.startsWith(word));
  if (begun !== undefined && others.length === 0 && word.length >= LEAST_BEGINNING) return begun;
  const best = nearest(word, candidates);
  return best !== undefined && editDistance(word, best) <= Math.ceil(word.length / 3) ? best : undefined;
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
