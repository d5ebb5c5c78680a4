import type { EndedEnd, KnownHalf } from "../model/transaction.ts";
import { type Cell, type ColumnName, columnsOf, type Row } from "./columns.ts";
import type { Traffic } from "./recorded.ts";

/** What a container's flows have come to so far, in milliseconds since 1970. */
interface Earlier {
  previousStartMs: number | undefined;
  flows: number;
  all: Traffic;
  byPeer: Map<string, Traffic>;
  /** Those that may not have been over yet when the last one began, the first to end first. */
  open: Ended[];
}

interface Ended extends Traffic {
  endedMs: number;
  peer: string;
}

const UNKNOWN = Object.fromEntries(columnsOf("all").map(({ name }) => [name, undefined])) as Record<ColumnName, Cell>;

/**
 * Makes rows of what a store has of a job's ends, which are to come in the order in which they began. Of a flow it knows what was
 * sent on the whole, so that what was sent before another began is what of those that were over by then.
 */
export class StoredRows {
  readonly #fromMs: number;
  readonly #containers = new Map<string, Earlier>();
  #count = 0;

  /** @param fromMs when the data set begins, milliseconds since 1970 */
  constructor(fromMs: number) {
    this.#fromMs = fromMs;
  }

  /** The row of what this end has sent; undefined: it has sent nothing. */
  rowOf(end: EndedEnd): Row | undefined {
    const half = end.transaction[end.side];
    if (!half) return undefined;
    const peer = peerOf(end);
    const earlier = this.#earlierOf(half);
    settle(earlier, half.startedMs);
    const row = half.sentBytes > 0 ? { ...UNKNOWN, ...this.#known(end, half, peer, earlier) } : undefined;
    const { sentBytes, receivedBytes, endedMs } = half;
    insert(earlier.open, { sentBytes, receivedBytes, endedMs, peer });
    if (!row) return undefined;
    earlier.previousStartMs = half.startedMs;
    earlier.flows += 1;
    return { ...row, index: this.#count++ };
  }

  #known({ side, transaction }: EndedEnd, half: KnownHalf, peer: string, earlier: Earlier): Partial<Row> {
    const { all, byPeer, previousStartMs, flows } = earlier;
    const ofPeer = byPeer.get(peer);
    const elapsedMs = half.startedMs - this.#fromMs;
    const [source, destination] = [transaction.sourcePort, transaction.destinationPort];
    return {
      time: elapsedMs / 1_000,
      previous_flow_time: previousStartMs === undefined ? undefined : (half.startedMs - previousStartMs) / 1_000,
      agg_net_out: all.sentBytes,
      agg_net_in: all.receivedBytes,
      agg_net_out_per_machine: ofPeer?.sentBytes ?? 0,
      agg_net_in_per_machine: ofPeer?.receivedBytes ?? 0,
      machine: peer,
      flow_frequency: elapsedMs > 0 ? Math.round((flows / elapsedMs) * 1e9) / 1e6 : undefined,
      container: half.owner.name,
      source_port: side === "client" ? source : destination,
      destination_port: side === "client" ? destination : source,
      is_client: side === "client" ? 1 : 0,
      flow_size: half.sentBytes,
    };
  }

  #earlierOf({ node, owner }: KnownHalf): Earlier {
    const id = `${node} ${owner.containerId} ${owner.name}`;
    const known = this.#containers.get(id);
    if (known) return known;
    const none: Earlier = {
      previousStartMs: undefined,
      flows: 0,
      all: { sentBytes: 0, receivedBytes: 0 },
      byPeer: new Map(),
      open: [],
    };
    this.#containers.set(id, none);
    return none;
  }
}

function peerOf({ side, transaction }: EndedEnd): string {
  const { source, destination, sourceAddress, destinationAddress } = transaction;
  return side === "client" ? (destination?.owner.name ?? destinationAddress) : (source?.owner.name ?? sourceAddress);
}

/** Adds what had ended before. One that ends as the other begins, to the millisecond, may have gone on. */
function settle(earlier: Earlier, beforeMs: number): void {
  const { open, all, byPeer } = earlier;
  const place = open.findIndex(({ endedMs }) => endedMs >= beforeMs);
  for (const { peer, ...traffic } of open.splice(0, place === -1 ? open.length : place)) {
    const ofPeer = byPeer.get(peer) ?? { sentBytes: 0, receivedBytes: 0 };
    byPeer.set(peer, ofPeer);
    for (const sum of [all, ofPeer]) {
      sum.sentBytes += traffic.sentBytes;
      sum.receivedBytes += traffic.receivedBytes;
    }
  }
}

function insert(open: Ended[], ended: Ended): void {
  const place = open.findLastIndex(({ endedMs }) => endedMs <= ended.endedMs);
  open.splice(place + 1, 0, ended);
}
