/** The edges under `~other`: each counts once as dropped while it has connections, or brings something in every read. */
export class Overflow {
  dropped = 0;
  /** Established now, by the edge's key. */
  readonly #connections = new Map<string, number>();
  #inLastRead = new Set<string>();
  #inThisRead = new Set<string>();

  /** What is added from now on is of the next read. */
  nextRead(): void {
    this.#inLastRead = this.#inThisRead;
    this.#inThisRead = new Set();
  }

  /** An edge has something new. */
  add(key: string): void {
    const known = this.#connections.has(key) || this.#inLastRead.has(key) || this.#inThisRead.has(key);
    if (!known) this.dropped += 1;
    this.#inThisRead.add(key);
  }

  /** One of an edge's connections was established, or has ended. */
  count(key: string, connections: 1 | -1): void {
    const now = (this.#connections.get(key) ?? 0) + connections;
    if (now > 0) this.#connections.set(key, now);
    else this.#connections.delete(key);
  }
}
