const NEWLINE = 0x0a;

/** Cuts what comes in pieces into lines. One that is too long is told of once, and passed over to its end. */
export class Lines {
  readonly #maxBytes: number;
  readonly #onLine: (line: string) => void;
  readonly #onTooLong: () => void;
  #begun: Buffer[] = [];
  #bytes = 0;
  #isPassing = false;

  constructor(maxBytes: number, onLine: (line: string) => void, onTooLong: () => void) {
    this.#maxBytes = maxBytes;
    this.#onLine = onLine;
    this.#onTooLong = onTooLong;
  }

  /** Takes the next piece; it may be used for another once this returns. */
  add(piece: Buffer): void {
    let from = 0;
    for (let at = piece.indexOf(NEWLINE); at >= 0; at = piece.indexOf(NEWLINE, from)) {
      this.#end(piece.subarray(from, at));
      from = at + 1;
    }
    if (from < piece.length) this.#keep(piece.subarray(from));
  }

  /** What has begun has no end; with `isPassing` neither has what comes up to the next line. */
  reset(isPassing = false): void {
    this.#begun = [];
    this.#bytes = 0;
    this.#isPassing = isPassing;
  }

  #end(rest: Buffer): void {
    const line = Buffer.concat([...this.#begun, rest]);
    const isPassed = this.#isPassing;
    this.reset();
    if (isPassed) return;
    if (line.length > this.#maxBytes) this.#onTooLong();
    else if (line.length > 0) this.#onLine(line.toString());
  }

  #keep(piece: Buffer): void {
    if (this.#isPassing) return;
    this.#bytes += piece.length;
    if (this.#bytes <= this.#maxBytes) return void this.#begun.push(Buffer.from(piece));
    this.#onTooLong();
    this.reset(true);
  }
}
