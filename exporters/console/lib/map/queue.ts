interface Entry<T> {
  value: T;
  cost: number;
  /** Of two with the same cost, the one put first comes first. */
  order: number;
}

/** A priority queue (binary heap): the value with the least cost first. */
export class Queue<T> {
  readonly #heap: Entry<T>[] = [];
  #order = 0;

  put(value: T, cost: number): void {
    const heap = this.#heap;
    const added = { value, cost, order: this.#order++ };
    let at = heap.push(added) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above] as Entry<T>;
      if (!isBefore(added, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = added;
  }

  take(): T | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first && last && this.#heap.length > 0) this.#sink(last);
    return first?.value;
  }

  #sink(entry: Entry<T>): void {
    const heap = this.#heap;
    let at = 0;
    for (let below = 1; below < heap.length; below = 2 * at + 1) {
      const [left, right] = [heap[below] as Entry<T>, heap[below + 1]];
      const least = right && isBefore(right, left) ? right : left;
      if (!isBefore(least, entry)) break;
      heap[at] = least;
      at = least === left ? below : below + 1;
    }
    heap[at] = entry;
  }
}

function isBefore(a: Entry<unknown>, b: Entry<unknown>): boolean {
  return a.cost < b.cost || (a.cost === b.cost && a.order < b.order);
}
