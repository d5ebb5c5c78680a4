import type { FlowRow } from "../decode/flow-rows.ts";
import type { Side } from "./flow.ts";
import { tuplesOf } from "./tuple.ts";
import type { World } from "./world.ts";

/** Finds the other socket of a connection whose both ends are on this host. */
export class Pairs {
  readonly #sides = new Map<string, Side>();
  readonly #names = new Map<number, readonly string[]>();

  /** The other end's socket, if it has been added; never one that has its pair already. */
  mirrorOf(row: FlowRow, world: World): Side | undefined {
    for (const { mirrored } of tuplesOf(row, world)) {
      const side = this.#sides.get(mirrored);
      const free = side && (side.flow.client === undefined || side.flow.server === undefined);
      if (free) return side;
    }
    return undefined;
  }

  add(side: Side, world: World): void {
    const names = tuplesOf(side.row, world).map(({ own }) => own);
    this.#names.set(side.row.cookie, names);
    for (const name of names) this.#sides.set(name, side);
  }

  remove(side: Side): void {
    for (const name of this.#names.get(side.row.cookie) ?? []) {
      if (this.#sides.get(name) === side) this.#sides.delete(name);
    }
    this.#names.delete(side.row.cookie);
  }
}
