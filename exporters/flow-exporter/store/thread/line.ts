/** Work that is done one after the other, in the order in which it came. */
export class Line {
  #last: Promise<unknown> = Promise.resolve();

  /** Does the work once all that came before is done, however that went. */
  join<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }
}
