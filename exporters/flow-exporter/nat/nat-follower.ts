import { isLoopback } from "../model/address.ts";
import type { NatStatus } from "../model/nat.ts";
import type { Nat, Side, TransactionHalf } from "../model/transaction.ts";
import { type Reading, TableAbsent } from "./conntrack-file.ts";
import { type Translation, tupleKey, tupleOf } from "./translations.ts";

/** Reading may take a tenth of a processor's time. */
const REST_PER_READING = 10;
const MIN_REST_MS = 500;
/** What cannot be read is not tried for each half. */
const REST_AFTER_FAULT_MS = 10_000;
/** Halves are not held up for longer; nobody knows their translation then. */
const MAX_WAIT_MS = 5_000;
/** The kernel forgets a connection that was reset ten seconds after that, and others later. */
const SURELY_KEPT_MS = 8_000;
/** Some 300 bytes each. */
const MAX_REMEMBERED = 30_000;

export interface NatWorld {
  /** @throws Error that says why the kernel's table cannot be read */
  read(): Reading;
  /** Milliseconds since 1970, as halves have them. */
  wallMs(): number;
  /** Milliseconds by a clock that only goes forward. */
  now(): number;
  sleep(ms: number): Promise<unknown>;
}

/** Translations by the keys of their tuples. */
interface Table {
  byBefore: ReadonlyMap<string, Translation>;
  byAfter: ReadonlyMap<string, Translation>;
  readMs: number;
  isCutOff: boolean;
}

interface Found {
  /** The key of the tuple on the wire; undefined: the socket's own is. */
  wire: string | undefined;
  nat: Nat;
}

/**
 * Gives halves the addresses and ports that are on the wire between the nodes, by the translations that the kernel of this
 * node tells: those that a client's packets leave with, and those that a server's arrive with. What was found of an open flow
 * is kept, since its key must not change.
 */
export class NatFollower {
  readonly #world: NatWorld;
  /** The last reading, and the one before: the kernel forgets some connections within seconds. */
  #tables: readonly Table[] = [];
  #remembered = new Map<string, Found>();
  /** Of each translation that one end's half has been given the side of that end, and the tuple. */
  readonly #given = new Map<string, { side: Side; wire: string }>();
  /** From which clients of this machine have come. */
  readonly #clients = new Map<string, true>();
  #fault: string | undefined;
  #isAbsent = false;
  #translations = 0;
  #readMs = 0;
  #endedMs = Number.NEGATIVE_INFINITY;
  #halves: Record<Exclude<Nat, "local">, number> = { none: 0, followed: 0, unknown: 0 };

  constructor(world: NatWorld) {
    this.#world = world;
  }

  get status(): NatStatus {
    return {
      fault: this.#fault,
      isAbsent: this.#isAbsent,
      translations: this.#translations,
      isCutOff: this.#tables[0]?.isCutOff ?? false,
      readSeconds: this.#readMs / 1000,
      halves: { ...this.#halves },
    };
  }

  /** Looks up the halves of which it is not known yet whether their addresses are translated. */
  async follow(halves: readonly TransactionHalf[]): Promise<TransactionHalf[]> {
    for (const { side, sourceAddress } of halves) if (side === "client") keepLast(this.#clients, sourceAddress, true);
    const asked = halves.filter((half) => half.nat === "unknown" && !this.#remembered.has(nameOf(half)));
    if (asked.length > 0) await this.#renewFor(Math.max(...asked.map(({ startedMs }) => startedMs)));
    return halves.map((half) => (half.nat === "unknown" ? this.#onWire(half) : half));
  }

  /** Reads anew unless what was read has all that had begun by `startedMs`. */
  async #renewFor(startedMs: number): Promise<void> {
    const table = this.#tables[0];
    if (table && startedMs < table.readMs && this.#fault === "") return;
    const waitMs = this.#endedMs + this.#restMs - this.#world.now();
    if (waitMs > MAX_WAIT_MS) return;
    if (waitMs > 0) await this.#world.sleep(waitMs);
    this.#read();
  }

  get #restMs(): number {
    if (this.#fault) return REST_AFTER_FAULT_MS;
    return Math.max(MIN_REST_MS, REST_PER_READING * this.#readMs);
  }

  #read(): void {
    const beganMs = this.#world.now();
    const readMs = this.#world.wallMs();
    try {
      const { translations, isCutOff } = this.#world.read();
      const [last] = this.#tables;
      this.#tables = [{ ...indexed(translations), readMs, isCutOff }, ...(last ? [last] : [])];
      this.#translations = translations.length;
      this.#fault = "";
      this.#isAbsent = false;
    } catch (error) {
      this.#tables = [];
      this.#translations = 0;
      this.#fault = error instanceof Error ? error.message : String(error);
      this.#isAbsent = error instanceof TableAbsent;
    }
    this.#endedMs = this.#world.now();
    this.#readMs = this.#endedMs - beganMs;
  }

  #onWire(half: TransactionHalf): TransactionHalf {
    const name = nameOf(half);
    const found = this.#remembered.get(name) ?? this.#lookUp(half);
    this.#remembered.delete(name);
    if (half.endedMs === 0) keepLast(this.#remembered, name, found);
    return { ...half, ...(found.wire && tupleOf(found.wire)), nat: found.nat };
  }

  #lookUp(half: TransactionHalf): Found {
    const key = tupleKey(half);
    // What was read before it began is another use of the same tuple.
    const tables = this.#tables.filter(({ readMs }) => half.startedMs < readMs);
    const maps = tables.map(({ byBefore, byAfter }) => (half.side === "client" ? byBefore : byAfter));
    const translation = maps.map((map) => map.get(key)).find((one) => one !== undefined);
    const wire = translation && this.#wireOf(translation, half.side);
    // Nothing comes from one node's loopback to another's, unless it is translated.
    if (!wire && isLoopback(half.destinationAddress)) return { wire, nat: "local" };
    const nat = wire ? "followed" : this.#withoutTranslation(half);
    this.#halves[nat] += 1;
    return { wire, nat };
  }

  /**
   * What a client's packets leave with, and what a server's arrive with. Where both ends are on this machine, one of a published port
   * say, these are two, and both get what leaves the client; or what the first of them was given while the other was not known of.
   */
  #wireOf({ before, after }: Translation, side: Side): string {
    const key = `${before} ${after}`;
    const given = this.#given.get(key);
    if (given && given.side !== side) return given.wire;
    const wire = side === "client" || this.#clients.has(tupleOf(before).sourceAddress) ? after : before;
    keepLast(this.#given, key, { side, wire });
    return wire;
  }

  /** Whether the kernel would have shown a translation. It forgets a connection at once that was refused. */
  #withoutTranslation({ startedMs, endedMs, failed }: TransactionHalf): "none" | "unknown" {
    const table = this.#tables[0];
    if (!table || table.isCutOff || failed) return "unknown";
    const isInTime = startedMs < table.readMs && (endedMs === 0 || table.readMs - endedMs < SURELY_KEPT_MS);
    return isInTime ? "none" : "unknown";
  }
}

/** Of what is in a map the last that were set stay. */
function keepLast<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= MAX_REMEMBERED) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}

/** Of a half as its own socket has it: no other has that on this node. */
function nameOf(half: TransactionHalf): string {
  return `${half.side} ${half.startNs} ${tupleKey(half)}`;
}

function indexed(translations: readonly Translation[]): Pick<Table, "byBefore" | "byAfter"> {
  return {
    byBefore: new Map(translations.map((one) => [one.before, one])),
    byAfter: new Map(translations.map((one) => [one.after, one])),
  };
}
