/** Edges that have no series for want of room: each counts once as dropped as long as it brings something in every read. */
export class Overflow {
  dropped = 0;
  #inLastRead = new Set<string>();
  #inThisRead = new Set<string>();

  /** What is added from now on is of the next read. */
  nextRead(): void {
    this.#inLastRead = this.#inThisRead;
    this.#inThisRead = new Set();
  }

  /** An edge has something new; `known`: it has had since before. */
  add(key: string, known = false): void {
    if (!known && !this.#inLastRead.has(key) && !this.#inThisRead.has(key)) this.dropped += 1;
    this.#inThisRead.add(key);
  }
}
