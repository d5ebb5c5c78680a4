const FIRST_ROOM = 1_024;

/**
 * Numbers, one after the other, in memory that is used again: the checkpoint has seven for each of a hundred thousand
 * sockets, and as garbage, every ten seconds, they took more memory than the sockets themselves.
 */
export class Numbers {
  #room = new Float64Array(FIRST_ROOM);
  #length = 0;

  clear(): void {
    this.#length = 0;
  }

  add(number: number): void {
    if (this.#length === this.#room.length) this.#grow();
    this.#room[this.#length] = number;
    this.#length += 1;
  }

  /** What was added since the last `clear`; valid until the next. */
  get all(): Float64Array {
    return this.#room.subarray(0, this.#length);
  }

  #grow(): void {
    const larger = new Float64Array(this.#room.length * 2);
    larger.set(this.#room);
    this.#room = larger;
  }
}
