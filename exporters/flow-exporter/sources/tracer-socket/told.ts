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
  readonly #byKey = new Map<string, Connection>();

  /** Returns whether it was added: not where it is what has been told already, which would count again with each answer. */
  add(connection: Connection): boolean {
    const name = nameOf(connection);
    const key = keyOf(connection, name);
    const before = this.#byKey.get(key);
    if (before && isSame(before, connection)) return false;
    const one: Told = { connection, key, again: before !== undefined, mirror: undefined };
    this.all.push(one);
    this.#byKey.set(key, connection);
    this.#byName.set(name, one);
    return true;
  }

  /** Finds its other end, once all have been added. */
  pair(one: Told): void {
    const mirror = this.#byName.get(nameOf(one.connection, true));
    if (mirror !== one) one.mirror = mirror;
  }
}

/** Of two uses of the same addresses and ports, one has ended before the other began: they differ in what they carried, or when. */
function isSame(one: Connection, other: Connection): boolean {
  return (
    one.monotonic_sent_bytes === other.monotonic_sent_bytes &&
    one.monotonic_recv_bytes === other.monotonic_recv_bytes &&
    one.monotonic_retransmits === other.monotonic_retransmits &&
    one.last_update_epoch === other.last_update_epoch
  );
}
