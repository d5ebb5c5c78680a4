export interface PoolOptions {
  /** How many run at once. */
  limit: number;
  signal: AbortSignal;
}

/**
 * Runs `work` on every item, in order, a few at once. The first failure aborts the others, and is thrown when all have
 * ended: nothing runs on behind the caller's back.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  { limit, signal }: PoolOptions,
  work: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const failure = new AbortController();
  const until = AbortSignal.any([signal, failure.signal]);
  const queue = [...items.entries()];
  const results: R[] = [];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      until.throwIfAborted();
      results[next[0]] = await work(next[1], until);
    }
  };
  const workers = Array.from({ length: limit }, () => worker().catch((error) => failure.abort(error)));
  await Promise.all(workers);
  until.throwIfAborted();
  return results;
}
