/** Milliseconds a synchronous step takes, and what it returns. */
export function timed<T>(step: () => T): { ms: number; value: T } {
  const start = performance.now();
  const value = step();
  return { ms: performance.now() - start, value };
}
