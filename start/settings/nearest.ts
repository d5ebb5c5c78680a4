/** The candidate that takes the fewest edits (insert, delete, replace) to become. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const [best] = candidates
    .map((candidate) => ({ candidate, edits: editDistance(word, candidate) }))
    .sort((a, b) => a.edits - b.edits);
  return best?.candidate;
}

/** The nearest candidate, unless more than a third of the word would have to change: then a guess would only mislead. */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const best = nearest(word, candidates);
  return best !== undefined && editDistance(word, best) <= Math.ceil(word.length / 3) ? best : undefined;
}

function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...from].entries()) {
    const current = [row + 1];
    for (const [column, other] of [...to].entries()) {
      const replaced = (previous[column] ?? 0) + (letter === other ? 0 : 1);
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}
