/** A line feed goes before what is read, so that each line begins with one. */
const LINE_FEED = 10;
const [ZERO, NINE] = [48, 57];
const BUFFER_BYTES = 64 * 1024;

/** What was last read of a file, without a string made of it. */
export class Text {
  readonly #buffer = Buffer.alloc(BUFFER_BYTES, "\n", "latin1");
  #end = 1;

  /** @param read puts what it reads into a part of the buffer, and returns how much that is. */
  fill(read: (buffer: Buffer, offset: number, length: number) => number): void {
    this.#end = 1 + read(this.#buffer, 1, BUFFER_BYTES - 1);
  }

  /** The number behind a key, which the line begins with; undefined: there is no such line. */
  numberAfter(key: Buffer): number | undefined {
    const found = this.#buffer.indexOf(key);
    return found < 0 || found + key.length > this.#end ? undefined : this.#numberAt(found + key.length).value;
  }

  /** All numbers of the line that begins with the key. */
  numbersAfter(key: Buffer): number[] {
    const numbers: number[] = [];
    const found = this.#buffer.indexOf(key);
    if (found < 0) return numbers;
    let at = found + key.length;
    while (at < this.#end && this.#buffer[at] !== LINE_FEED) {
      const { value, end } = this.#numberAt(at);
      if (value === undefined) break;
      numbers.push(value);
      at = end;
    }
    return numbers;
  }

  /** The number that it is altogether. */
  number(): number | undefined {
    return this.#numberAt(1).value;
  }

  lines(): string[] {
    return this.#buffer.toString("latin1", 1, this.#end).split("\n");
  }

  #numberAt(start: number): { value: number | undefined; end: number } {
    let at = start;
    while (at < this.#end && this.#buffer[at] === 32) at++;
    const first = at;
    let value = 0;
    for (; at < this.#end; at++) {
      const digit = this.#buffer[at] ?? 0;
      if (digit < ZERO || digit > NINE) break;
      value = value * 10 + digit - ZERO;
    }
    return { value: at === first ? undefined : value, end: at };
  }
}

/** What a line begins with, for `Text`. */
export function lineKey(name: string): Buffer {
  return Buffer.from(`\n${name} `, "latin1");
}
