import type { Side } from "./side.ts";
import type { Tuple } from "./tuple.ts";

/** Finds the other socket of a connection whose both ends are on this host. */
export class Pairs {
  readonly #sides = new Map<string, Side>();

  /** The other end's socket, if it has been added; never one that has its pair already. */
  mirrorOf(tuples: readonly Tuple[]): Side | undefined {
    for (const { mirrored } of tuples) {
      const side = this.#sides.get(mirrored);
      const free = side && (side.flow.client === undefined || side.flow.server === undefined);
      if (free) return side;
    }
    return undefined;
  }

  add(side: Side, tuples: readonly Tuple[]): void {
    side.names = tuples.map(({ own }) => own);
    for (const name of side.names) this.#sides.set(name, side);
  }

  remove(side: Side): void {
    for (const name of side.names) if (this.#sides.get(name) === side) this.#sides.delete(name);
  }
}
