import type { Connection } from "./connection.ts";
import { keyOf, nameOf } from "./ends.ts";

/** A connection as one answer tells it, with what can be made of it ahead of the cycle that takes it in. */
export interface Told {
  readonly connection: Connection;
  /** The same from answer to answer. */
  readonly key: string;
  /** The same answer has told one of this key before: this is another. */
  readonly again: boolean;
  /** The other end, where the same answer tells that too. */
  mirror: Told | undefined;
}

/** The connections of one answer. */
export class ToldConnections {
  readonly all: Told[] = [];
  readonly #byName = new Map<string, Told>();
  /** To look a key up for the first time costs most, and the cycle looks up each. */
  readonly #keys = new Set<string>();

  add(connection: Connection): void {
    const name = nameOf(connection);
    const key = keyOf(connection, name);
    const one: Told = { connection, key, again: this.#keys.has(key), mirror: undefined };
    this.all.push(one);
    this.#keys.add(key);
    this.#byName.set(name, one);
  }

  /** Finds its other end, once all have been added. */
  pair(one: Told): void {
    const mirror = this.#byName.get(nameOf(one.connection, true));
    if (mirror !== one) one.mirror = mirror;
  }
}
