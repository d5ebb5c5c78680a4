import type { Side } from "./side.ts";
import type { Tuple } from "./tuple.ts";

/** Finds the other socket of a connection whose both ends are on this host. */
export class Pairs {
  /** Sockets whose other end has not shown, by each name of their connection; of two with one name the later. */
  readonly #alone = new Map<string, Side>();

  /** The other end's socket, if it waits for this one; from then on it does not. */
  takeMirror(tuples: readonly Tuple[]): Side | undefined {
    const side = this.#mirror(tuples);
    if (side) this.remove(side);
    return side;
  }

  /** Whether the other end waits for this one. */
  hasMirror(tuples: readonly Tuple[]): boolean {
    return this.#mirror(tuples) !== undefined;
  }

  /** Lets a socket wait for its other end. */
  add(side: Side): void {
    for (const { name } of side.tuples) this.#alone.set(name, side);
  }

  remove(side: Side): void {
    for (const { name } of side.tuples) if (this.#alone.get(name) === side) this.#alone.delete(name);
  }

  #mirror(tuples: readonly Tuple[]): Side | undefined {
    for (const tuple of tuples) {
      const side = this.#alone.get(tuple.name);
      if (side && isOtherEnd(side, tuple)) return side;
    }
    return undefined;
  }
}

function isOtherEnd({ tuples }: Side, { name, reversed }: Tuple): boolean {
  return tuples.some((one) => one.name === name && one.reversed !== reversed);
}
