/** Asks one question at a time. Asked while an answer is due, it asks once more afterwards, as the answer may be too old. */
export class OneAtATime {
  readonly #ask: () => Promise<boolean>;
  #running: Promise<void> | undefined;
  #again = false;

  /** `ask` never rejects, and returns whether there was an answer. */
  constructor(ask: () => Promise<boolean>) {
    this.#ask = ask;
  }

  ask(): Promise<void> {
    if (this.#running) this.#again = true;
    else this.#running = this.#askUntilCurrent().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #askUntilCurrent(): Promise<void> {
    let isAnswered: boolean;
    do {
      this.#again = false;
      isAnswered = await this.#ask();
    } while (this.#again && isAnswered);
  }
}
