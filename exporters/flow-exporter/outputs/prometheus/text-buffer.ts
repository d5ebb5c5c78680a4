/** A UTF-16 unit has at most that many bytes in UTF-8. */
const MOST_BYTES_A_UNIT = 3;

/** UTF-8 text, put together from many pieces: adding up strings first would copy all of it three times more. */
export class TextBuffer {
  #buffer: Buffer;
  #length = 0;

  /** `bytes`: about how many it will be. */
  constructor(bytes: number) {
    this.#buffer = Buffer.allocUnsafeSlow(bytes);
  }

  add(text: string): void {
    const most = this.#length + text.length * MOST_BYTES_A_UNIT;
    if (most > this.#buffer.length) this.#grow(most);
    this.#length += this.#buffer.write(text, this.#length);
  }

  /** What was added; valid until more is. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #grow(least: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(least, this.#buffer.length * 2));
    larger.set(this.bytes);
    this.#buffer = larger;
  }
}
