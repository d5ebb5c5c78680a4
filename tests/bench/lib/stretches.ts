/** The same load without and with what is measured, one stretch after the other. */
export interface StretchPair<T> {
  off: T;
  on: T;
}

export interface Stretches<T> {
  pairs: number;
  /** Switches what is measured on or off; the load goes on. */
  turn(on: boolean): Promise<unknown>;
  /** Measures a stretch of the load; undefined: it stood still, as where others had the CPUs. */
  measure(on: boolean): Promise<T | undefined>;
}

/**
 * Off, on, on, off, off, on …: what changes slowly on the machine meets both alike, and neither is always the first.
 * Leaves it off. Pairs in which the load stood still are left out.
 * @throws Error when those are more than half.
 */
export async function stretchesOf<T>({ pairs, turn, measure }: Stretches<T>): Promise<StretchPair<T>[]> {
  const measured: StretchPair<T>[] = [];
  const stretch = async (on: boolean) => {
    await turn(on);
    return await measure(on);
  };
  for (let index = 0; index < pairs; index++) {
    const isOffFirst = index % 2 === 0;
    const first = await stretch(!isOffFirst);
    const second = await stretch(isOffFirst);
    if (first === undefined || second === undefined) continue;
    measured.push(isOffFirst ? { off: first, on: second } : { off: second, on: first });
  }
  await turn(false);
  if (measured.length * 2 < pairs) throw new Error("the load stood still in most stretches: others keep the CPUs busy");
  return measured;
}
