import type { Connection } from "./connection.ts";
import { keyOf, nameOf } from "./ends.ts";

/** A connection as one answer tells it, with what can be made of it ahead of the cycle that takes it in. */
export interface Told {
  readonly connection: Connection;
  /** The same from answer to answer. */
  readonly key: string;
  /** The other end, where the same answer tells that too. */
  mirror: Told | undefined;
}

/** The connections of one answer. */
export class ToldConnections {
  readonly all: Told[] = [];
  readonly #byName = new Map<string, Told>();

  add(connection: Connection): void {
    const name = nameOf(connection);
    const one: Told = { connection, key: keyOf(connection, name), mirror: undefined };
    this.all.push(one);
    this.#byName.set(name, one);
  }

  /** Finds its other end, once all have been added. */
  pair(one: Told): void {
    const mirror = this.#byName.get(nameOf(one.connection, true));
    if (mirror !== one) one.mirror = mirror;
  }
}
