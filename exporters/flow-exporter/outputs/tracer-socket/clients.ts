import type { FlowRecord } from "../../model/flow-record.ts";
import { amountsOf, type Connection, connectionOf, isConnection, NOTHING_TOLD, type Told } from "./connection.ts";
import { EndedFlows } from "./ended-flows.ts";

const FORGOTTEN_MS = 120_000;
/** Each takes memory for every open flow: some 15 MB of 100,000. */
const MAX_CLIENTS = 8;
const MAX_ENDED = 20_000;

/** Each flow that is open, with an object that stays the same as long as it is that flow. */
export type OpenFlows = () => Iterable<readonly [flow: object, record: FlowRecord]>;

/** An answer to one client. What it says counts as told only once it has been delivered. */
export interface Answer {
  connections: Iterable<Connection>;
  /** It has all been made and handed over. */
  delivered(): void;
  /** To be called in any case, after `delivered`. */
  end(): void;
}

export interface ClientStatus {
  client_id: string;
  idle_seconds: number;
  /** Open ones that it was told of last. */
  connections: number;
  /** Flows that ended before it asked, and that there was no room for. */
  lost: number;
}

interface Client {
  id: string;
  seenMs: number;
  isAnswered: boolean;
  /** Number of the first ended flow that it has not been told of. */
  next: number;
  told: ReadonlyMap<object, Told>;
  lost: number;
}

/** What one answer tells. */
interface News {
  told: Map<object, Told>;
  /** Up to which number, and how many, of the ended flows. */
  end: number;
  ended: number;
}

/** Who reads the flows here, and what each has been told of them. */
export class Clients {
  readonly #clients = new Map<string, Client>();
  readonly #open: OpenFlows;
  readonly #ended: EndedFlows;
  readonly #most: number;

  constructor(open: OpenFlows, most = { clients: MAX_CLIENTS, ended: MAX_ENDED }) {
    this.#open = open;
    this.#ended = new EndedFlows(most.ended);
    this.#most = most.clients;
  }

  /** Takes in a flow that has ended. While nobody reads, it is not kept. */
  onEnded(flow: object, record: FlowRecord): void {
    if (this.#clients.size > 0 && isConnection(record)) this.#ended.add(flow, record);
  }

  /** `nowMs` is of any clock that only goes forward. */
  status(nowMs: number): ClientStatus[] {
    this.forget(nowMs);
    return [...this.#clients.values()].map(({ id, seenMs, told, lost }) => ({
      client_id: id,
      idle_seconds: Math.round((nowMs - seenMs) / 1000),
      connections: told.size,
      lost,
    }));
  }

  /** The answer to a client, or in a word why there is none; `nowMs` as for `status`, `nowNs` since boot. */
  answer(id: string, nowMs: number, nowNs: number): Answer | "too many clients" | "asked twice" {
    this.forget(nowMs);
    const client = this.#clients.get(id) ?? this.#add(id, nowMs);
    if (!client) return "too many clients";
    if (client.isAnswered) return "asked twice";
    client.isAnswered = true;
    client.seenMs = nowMs;
    const news: News = { told: new Map(), end: this.#ended.next, ended: 0 };
    return {
      connections: this.#connections(client, news, nowNs),
      delivered: () => {
        client.lost += news.end - client.next - news.ended;
        client.next = news.end;
        client.told = news.told;
      },
      end: () => {
        client.isAnswered = false;
        client.seenMs = Math.max(client.seenMs, nowMs);
      },
    };
  }

  /** Forgets those that have not asked for two minutes. */
  forget(nowMs: number): void {
    for (const { id, seenMs, isAnswered } of this.#clients.values()) {
      if (!isAnswered && nowMs - seenMs > FORGOTTEN_MS) this.#clients.delete(id);
    }
    if (this.#clients.size === 0) this.#ended.clear();
  }

  #add(id: string, nowMs: number): Client | undefined {
    if (this.#clients.size >= this.#most) return undefined;
    const client = { id, seenMs: nowMs, isAnswered: false, next: this.#ended.next, told: new Map(), lost: 0 };
    this.#clients.set(id, client);
    return client;
  }

  /** First the ended ones: where two have one 5-tuple, the later one comes later. A flow that ends meanwhile is in the next. */
  *#connections(client: Client, news: News, nowNs: number): Generator<Connection> {
    for (const { flow, record } of this.#ended.between(client.next, news.end)) {
      news.ended += 1;
      yield connectionOf(record, client.told.get(flow) ?? NOTHING_TOLD, nowNs);
    }
    for (const [flow, record] of this.#open()) {
      if (!isConnection(record)) continue;
      news.told.set(flow, amountsOf(record));
      yield connectionOf(record, client.told.get(flow) ?? NOTHING_TOLD, nowNs);
    }
  }
}
