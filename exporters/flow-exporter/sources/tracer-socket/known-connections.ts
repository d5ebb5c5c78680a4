import type { World } from "../../metadata/world.ts";
import type { FlowDelta } from "../../model/flow-delta.ts";
import type { FlowRecord } from "../../model/flow-record.ts";
import { Edges } from "../../naming/edges.ts";
import type { Connection } from "./connection.ts";
import { isServers } from "./ends.ts";
import {
  type Counts,
  countsOf,
  createKnown,
  hasFallen,
  type Known,
  recordOf,
  renew,
  sum,
  takeDelta,
  takeOver,
} from "./known.ts";
import { nameEdge } from "./naming.ts";
import type { Told } from "./told.ts";

/** For Docker to report a container. */
const MAX_WAIT_NS = 3e9;
/** One that a faulty answer has not shown may have been in the part that made no sense. */
const MAX_UNSHOWN_NS = 60e9;
/** One that its tracer marks, and that shows again within this time, goes on: a tracer that restarts knows few at first. */
const REMEMBERED_NS = 600e9;
const MAX_REMEMBERED = 20_000;
const MAX_RECENT = 5_000;

/** What an exporter that starts anew must know of a connection, so that nothing counts twice. */
export interface Memory {
  key: string;
  base: Counts;
  counted: Counts;
  told: Counts;
  /** It was open, and has been counted as opened. */
  opened: boolean;
}

interface Remembered extends Memory {
  atNs: number;
}

/** The connections of one tracer, from answer to answer. No socket, no clock: answers and facts in, deltas out. */
export class KnownConnections {
  readonly #known = new Map<string, Known>();
  /** Those of which something is yet to be handed on. */
  readonly #changed = new Set<Known>();
  /** Those that have gone, oldest first. */
  readonly #remembered = new Map<string, Remembered>();
  readonly #edges = new Edges();
  readonly #recent: FlowRecord[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes in one answer; `isWhole`: what is not in it has ended. Returns how many there was no room for. */
  take(connections: readonly Told[], isWhole: boolean, nowNs: number): number {
    const shown: Known[] = [];
    let without = 0;
    for (const one of connections) {
      const known = this.#takeOne(one, nowNs);
      if (!known) {
        without += 1;
        continue;
      }
      shown.push(known);
      known.mirror = one.mirror ?? known.mirror;
      if (known.edge === undefined) known.isServer = isServers(one.connection, known.mirror?.connection);
    }
    for (const known of shown) this.#join(known);
    for (const known of this.#known.values()) {
      const isOver = isWhole || nowNs - known.shownNs > MAX_UNSHOWN_NS;
      if (known.shownNs < nowNs && isOver) this.#end(known, nowNs);
    }
    return without;
  }

  /** What is new since the last call, of those whose owners are known by now. */
  drain(world: World): FlowDelta[] {
    const deltas: FlowDelta[] = [];
    for (const known of this.#changed) {
      this.#name(known, world);
      if (!known.edge) continue;
      this.#changed.delete(known);
      const delta = takeDelta(known);
      if (delta) deltas.push(delta);
      if (!known.isOpen) this.#leave(known, world.nowNs);
    }
    return deltas;
  }

  *records(): Generator<FlowRecord> {
    for (const known of this.#known.values()) {
      const record = recordOf(known);
      if (record) yield record;
    }
    yield* this.#recent;
  }

  /** Of each process that a connection is of, its network namespace. */
  *processes(): Generator<readonly [pid: number, netns: number]> {
    for (const { told } of this.#known.values()) if (told.pid > 0) yield [told.pid, told.net_ns];
  }

  *memories(): Generator<Memory> {
    for (const known of this.#known.values()) yield memoryOf(known);
    for (const { key, base, counted, told, opened } of this.#remembered.values())
      yield { key, base, counted, told, opened };
  }

  restore(memories: Iterable<Memory>, nowNs: number): void {
    for (const memory of memories) this.#remembered.set(memory.key, { ...memory, atNs: nowNs });
  }

  /** The connection that an answer tells of; undefined: there is no room for it. */
  #takeOne({ connection, key, again }: Told, nowNs: number): Known | undefined {
    const before = this.#known.get(key);
    // Of two with one name in one answer, the later one is another connection.
    // One that has ended and waits for its owners goes on by itself.
    const known = (before?.isOpen ? before : undefined) ?? this.#add(key, connection, nowNs);
    if (!known) return undefined;
    known.shownNs = nowNs;
    // Most rest from one answer to the next, and must cost no cycle anything.
    if (renew(known, connection, again) || !known.edge) this.#changed.add(known);
    return known;
  }

  #add(key: string, one: Connection, nowNs: number): Known | undefined {
    if (this.#known.size >= this.#most) return undefined;
    const known = createKnown(key, one, nowNs);
    const memory = this.#remembered.get(key);
    if (memory && nowNs - memory.atNs < REMEMBERED_NS) resume(known, memory);
    this.#remembered.delete(key);
    this.#known.set(key, known);
    return known;
  }

  #join(known: Known): void {
    if (!known.mirror || !known.isServer || known.isShadow) return;
    const client = this.#known.get(known.mirror.key);
    if (client && !client.isServer) this.#takeOver(client, known);
  }

  #takeOver(client: Known, server: Known): void {
    takeOver(client, server);
    this.#changed.add(client);
    this.#changed.add(server);
  }

  #end(known: Known, nowNs: number): void {
    if (!known.isOpen) return;
    known.isOpen = false;
    known.endNs = nowNs;
    this.#changed.add(known);
  }

  #name(known: Known, world: World): void {
    if (known.edge) return;
    const { edge, relay, comm, mayCome } = nameEdge(known, world);
    if (mayCome && world.nowNs - known.sinceNs < MAX_WAIT_NS) return;
    Object.assign(known, { edge: this.#edges.one(edge), relay, comm });
  }

  #leave(known: Known, nowNs: number): void {
    if (this.#known.get(known.key) === known) this.#known.delete(known.key);
    const record = recordOf(known);
    if (record) this.#recent.push(record);
    if (this.#recent.length > MAX_RECENT) this.#recent.shift();
    if (known.told.cookie === undefined) return;
    const [oldest = ""] = this.#remembered.keys();
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.delete(oldest);
    this.#remembered.set(known.key, { ...memoryOf(known), opened: false, atNs: nowNs });
  }
}

function memoryOf({ key, base, counted, told, opened }: Known): Memory {
  return { key, base, counted, told: countsOf(told), opened };
}

/** Lets a connection go on that was known before: its counters may have fallen meanwhile. */
function resume(known: Known, { base, counted, told, opened }: Memory): void {
  known.base = hasFallen(told, countsOf(known.told)) ? sum(base, told) : base;
  known.counted = counted;
  known.opened = opened;
}
