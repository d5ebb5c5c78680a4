import { ClosedRows } from "../sources/kernel/rows/closed-rows.ts";
import { CLOSED_ROW } from "../sources/kernel/rows/layout.ts";
import type { Containers, Overlays } from "./docker-schema.ts";
import type { Cycle } from "./format.ts";
import { neededOfContainer, neededOfEvent, neededOfOverlay } from "./needed.ts";
import type { Figure, Listener } from "./tap.ts";

/** What is written of one cycle. */
export interface RecordedCycle {
  /** What each pin handed over last. */
  pins: ReadonlyMap<string, Uint8Array>;
  told: Omit<Cycle, "pins">;
  bytes: number;
}

/** Where cycles go; must return at once. */
export interface CycleSink {
  /** The text of the totals that the first cycle goes on from. */
  begin(totals: string): void;
  /** Returns whether there was room for it; else it is lost. */
  add(cycle: RecordedCycle): boolean;
  /** Another cycle is lost. */
  lose(): void;
}

/** Of one cycle, so that what waits and what is being gathered are bounded. */
const MAX_CYCLE_BYTES = 32 * 1024 * 1024;

/** Gathers what it hears in memory, and hands it on at the end of each cycle. */
export class Recorder implements Listener {
  readonly #sink: CycleSink;
  /** The checkpoint's text, as it is on disk; undefined: there is none. */
  readonly #readTotals: () => string | undefined;
  readonly #maxBytes: number;
  #cycle = new Gathered();
  /** Numbers of the closed flows that have been handed on and are not acknowledged. */
  readonly #closed = new Set<number>();
  #identity = "";
  #hasTotals = false;

  constructor(sink: CycleSink, readTotals: () => string | undefined, maxBytes = MAX_CYCLE_BYTES) {
    this.#sink = sink;
    this.#readTotals = readTotals;
    this.#maxBytes = maxBytes;
  }

  /** Another tracer numbers from the start. */
  onIdentity(identity: string): void {
    if (identity !== this.#identity) this.#closed.clear();
    this.#identity = identity;
    this.#cycle.told.identity = identity;
  }

  onPin(name: string, bytes: Uint8Array): void {
    // Later ones may count flows whose rows only the next cycle has.
    if (name === "status" && this.#cycle.pins.has("closed")) return;
    if (name === "closed") this.#tryClosed(bytes);
    else this.#keep(name, Uint8Array.from(bytes));
  }

  onAcknowledged(): void {
    this.#closed.clear();
  }

  onFigure(name: Figure, value: number): void {
    this.#cycle.told[name] = value;
  }

  onNetFile(name: string, text: string): void {
    this.#keepText(this.#cycle.told.net, name, text);
  }

  onProcessFile(name: string, text: string): void {
    this.#keepText(this.#cycle.told.processes, name, text);
  }

  onContainers(containers: Containers): void {
    this.#cycle.told.containers = containers.map(neededOfContainer);
  }

  onOverlays(overlays: Overlays): void {
    this.#cycle.told.overlays = overlays.map(neededOfOverlay);
  }

  onEvent(line: string): void {
    const needed = neededOfEvent(line);
    if (this.#hasRoomFor(needed.length)) this.#cycle.told.events.push(needed);
  }

  /** A cycle has ended, and the next one begins. The flows of one that is lost go into it, where the kernel shows them again. */
  endCycle(): void {
    const cycle = this.#cycle;
    this.#cycle = new Gathered();
    if (!cycle.isWhole) this.#sink.lose();
    else if (this.#sink.add(cycle)) return;
    for (const sequence of cycle.sequences) this.#closed.delete(sequence);
  }

  /** Rows, or totals, that cannot be read: whoever asked for them says so. */
  #tryClosed(bytes: Uint8Array): void {
    try {
      this.#onClosed(bytes);
    } catch {
      this.#cycle.isWhole = false;
    }
  }

  /**
   * Only rows that are new: the kernel shows each again until it is acknowledged. That is done only once the totals with it
   * are on disk, so that the totals as they are there, and these rows, have every flow that has closed.
   */
  #onClosed(bytes: Uint8Array): void {
    if (!this.#hasTotals) {
      this.#sink.begin(this.#readTotals() ?? "");
      this.#hasTotals = true;
    }
    const rows = new ClosedRows(bytes);
    const fresh: Uint8Array[] = [];
    for (let row = 0; row < rows.length; row++) {
      const sequence = rows.sequence(row);
      if (this.#closed.has(sequence)) continue;
      this.#closed.add(sequence);
      this.#cycle.sequences.push(sequence);
      fresh.push(bytes.subarray(row * CLOSED_ROW.size, (row + 1) * CLOSED_ROW.size));
    }
    this.#keep("closed", Buffer.concat([this.#cycle.pins.get("closed") ?? new Uint8Array(), ...fresh]));
  }

  /** A pin that is read again replaces what it handed over before. */
  #keep(name: string, bytes: Uint8Array): void {
    if (this.#hasRoomFor(bytes.length)) this.#cycle.pins.set(name, bytes);
  }

  #keepText(files: Record<string, string>, name: string, text: string): void {
    if (this.#hasRoomFor(text.length)) files[name] = text;
  }

  #hasRoomFor(bytes: number): boolean {
    this.#cycle.bytes += bytes;
    this.#cycle.isWhole &&= this.#cycle.bytes <= this.#maxBytes;
    return this.#cycle.isWhole;
  }
}

/** A cycle as far as it has been heard. */
class Gathered implements RecordedCycle {
  readonly pins = new Map<string, Uint8Array>();
  readonly told: RecordedCycle["told"] = { net: {}, processes: {}, events: [] };
  /** Numbers of its closed flows. */
  readonly sequences: number[] = [];
  bytes = 0;
  /** It has all that was heard. */
  isWhole = true;
}
