import { setImmediate as nextTurn } from "node:timers/promises";
import { encodeEvent } from "../../../hubble/event-bytes.ts";
import type { HubbleFlow } from "../../../model/hubble-flow.ts";
import type { GrpcCall } from "../grpc/call.ts";
import { frame } from "../grpc/frames.ts";
import type { Reader, Ring, Slot } from "./ring.ts";

/** What is written at once; more would only wait in memory. */
const CHUNK_BYTES = 64 * 1024;
/** Events looked at in one turn: a filter that lets few pass must not hold up the others. */
const PER_TURN = 1_000;
/** One that has read nothing for so long has gone, or means no good. */
const PATIENCE_MS = 60_000;

type Filter = (flow: HubbleFlow) => boolean;

export interface FollowerParts {
  ring: Ring;
  call: GrpcCall;
  filter: Filter;
  /** Its name in what it is told was lost. */
  node: string;
  /** Gets how many it was too slow for. */
  onLost(count: number): void;
}

/** Hands a client what comes, as fast as that reads. */
export class Follower implements Reader {
  next: number;
  readonly #parts: FollowerParts;
  #wake = () => {};
  /** Told by the exporter: it had no room for them, so that nobody has got them. */
  #lostBefore = 0;

  constructor(parts: FollowerParts) {
    this.#parts = parts;
    this.next = parts.ring.next;
  }

  wake(): void {
    this.#wake();
  }

  /** So many never came to the ring. */
  miss(count: number): void {
    this.#lostBefore += count;
    this.#wake();
  }

  /** Until the client has had enough. `told`: events that it has been told already. @throws GrpcError if it does not read */
  async run(told: Set<string>): Promise<void> {
    const { call } = this.#parts;
    const stop = () => this.#wake();
    call.signal.addEventListener("abort", stop);
    try {
      while (!call.signal.aborted) {
        const chunk = this.#collect(told);
        if (chunk.length > 0) await call.write(Buffer.concat(chunk), PATIENCE_MS);
        if (this.next < this.#parts.ring.next || this.#lostBefore > 0) await nextTurn();
        else await this.#woken();
      }
    } finally {
      call.signal.removeEventListener("abort", stop);
    }
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (this.#parts.call.signal.aborted) resolve();
    });
  }

  /** The next frames for it, at most a chunk; first what it has missed. */
  #collect(told: Set<string>): Buffer[] {
    const { ring, filter } = this.#parts;
    const frames = this.#takeLost();
    let bytes = 0;
    const end = Math.min(ring.next, this.next + PER_TURN);
    for (; this.next < end && bytes < CHUNK_BYTES; this.next += 1) {
      const slot = ring.get(this.next);
      if (!slot || !filter(slot.flow) || told.delete(slot.flow.uuid)) continue;
      const bytesOf = frameOf(slot);
      bytes += bytesOf.length;
      frames.push(bytesOf);
    }
    return frames;
  }

  #takeLost(): Buffer[] {
    const { ring, onLost, node } = this.#parts;
    const frames: Buffer[] = [];
    if (this.#lostBefore > 0) frames.push(lostFrame("OBSERVER_EVENTS_QUEUE", this.#lostBefore, node));
    this.#lostBefore = 0;
    const lost = ring.first - this.next;
    if (lost <= 0) return frames;
    this.next = ring.first;
    onLost(lost);
    return [...frames, lostFrame("HUBBLE_RING_BUFFER", lost, node)];
  }
}

/** An event's bytes, made once. */
function frameOf(slot: Slot): Buffer {
  slot.frame ??= flowFrame(slot.flow);
  return slot.frame;
}

export function flowFrame(flow: HubbleFlow): Buffer {
  return frame(encodeEvent({ kind: "flow", flow, nodeName: flow.nodeName, timeMs: flow.timeMs }));
}

function lostFrame(source: string, count: number, nodeName: string): Buffer {
  return frame(encodeEvent({ kind: "lost", source, count, nodeName, timeMs: Date.now() }));
}
