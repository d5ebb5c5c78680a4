/** Fewer leave too little behind to be worth a collection. */
const MIN_SOCKETS = 10_000;
const SHARE = 1 / 4;

/**
 * Has garbage collected once the number of sockets has come to rest at another than it was: a reading in which many are new
 * leaves more garbage than they take, and V8 lets it lie until the heap has doubled, which at rest it never does.
 */
export class HeapTrim {
  readonly #collectGarbage: () => void;
  /** As of the last collection. */
  #trimmedAt = 0;
  #last = 0;

  constructor(collectGarbage: () => void) {
    this.#collectGarbage = collectGarbage;
  }

  /** To be called after each reading, with the number of sockets in it. */
  after(sockets: number): void {
    const isAtRest = !isOther(sockets, this.#last);
    this.#last = sockets;
    if (!isAtRest || !isOther(sockets, this.#trimmedAt)) return;
    this.#trimmedAt = sockets;
    this.#collectGarbage();
  }
}

function isOther(sockets: number, before: number): boolean {
  return Math.abs(sockets - before) >= Math.max(MIN_SOCKETS, before * SHARE);
}
