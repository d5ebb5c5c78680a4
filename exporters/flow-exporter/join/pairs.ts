import type { Side } from "./side.ts";
import type { Tuple } from "./tuple.ts";

/** Finds the other socket of a connection whose both ends are on this host. */
export class Pairs {
  /** The end that was added last, by the connection's names. */
  readonly #sides = new Map<string, Side>();

  /** The other end's socket, if it has been added; never one that has its pair already. */
  mirrorOf(tuples: readonly Tuple[]): Side | undefined {
    for (const tuple of tuples) {
      const side = this.#sides.get(tuple.name);
      if (side && isAlone(side) && isOtherEnd(side, tuple)) return side;
    }
    return undefined;
  }

  add(side: Side): void {
    for (const { name } of side.tuples) this.#sides.set(name, side);
  }

  remove(side: Side): void {
    for (const { name } of side.tuples) if (this.#sides.get(name) === side) this.#sides.delete(name);
  }
}

function isAlone({ flow }: Side): boolean {
  return flow.client === undefined || flow.server === undefined;
}

function isOtherEnd({ tuples }: Side, { name, reversed }: Tuple): boolean {
  return tuples.some((one) => one.name === name && one.reversed !== reversed);
}
