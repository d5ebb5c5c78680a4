import type { Worker } from "node:worker_threads";
import type { EdgeReading } from "../../model/stored-edge.ts";
import type { AddressTenure, Transaction } from "../../model/transaction.ts";
import { StoreError } from "../../store/error.ts";
import type { Entry } from "../../store/spool/spool.ts";
import type {
  EdgeBounds,
  EndedPage,
  EndedQuery,
  FlowList,
  FlowQuery,
  MetadataQuery,
  Page,
  TransactionQuery,
} from "../../store/store.ts";
import {
  type Answered,
  type Asked,
  type Question,
  type ReadQuestion,
  threadClock,
  type Written,
} from "../../store/thread/messages.ts";

interface Waiting {
  resolve(value: unknown): void;
  reject(error: StoreError): void;
}

/** How long whoever asks over HTTP waits for the database. */
const READ_PATIENCE_MS = 10_000;

/** A store in a thread of its own. All reject with a StoreError; a thread that has ended is started again with the next question. */
export class ThreadedStore {
  readonly #start: () => Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #patienceMs: number;
  #worker: Worker | undefined;
  #lastId = 0;

  constructor(start: () => Worker, patienceMs = READ_PATIENCE_MS) {
    this.#start = start;
    this.#patienceMs = patienceMs;
  }

  /** Waits as long as the database takes: what it has been given may not be given again meanwhile. */
  write(entry: Entry, nowMs: number): Promise<Written> {
    return this.#ask({ kind: "write", entry, nowMs }) as Promise<Written>;
  }

  transactions(query: TransactionQuery): Promise<Page<Transaction>> {
    return this.#read({ kind: "transactions", query, untilMs: this.#untilMs }) as Promise<Page<Transaction>>;
  }

  metadata(query: MetadataQuery): Promise<Page<AddressTenure>> {
    return this.#read({ kind: "metadata", query, untilMs: this.#untilMs }) as Promise<Page<AddressTenure>>;
  }

  edges(bounds: EdgeBounds): Promise<EdgeReading> {
    return this.#read({ kind: "edges", bounds, untilMs: this.#untilMs }) as Promise<EdgeReading>;
  }

  flows(query: FlowQuery): Promise<FlowList> {
    return this.#read({ kind: "flows", query, untilMs: this.#untilMs }) as Promise<FlowList>;
  }

  ended(query: EndedQuery): Promise<EndedPage> {
    return this.#read({ kind: "ended", query, untilMs: this.#untilMs }) as Promise<EndedPage>;
  }

  /** Nothing waits for the database any longer: what it was given and has not written yet waits on the disk for the next exporter. */
  async leave(): Promise<void> {
    if (this.#worker) await this.#ask({ kind: "leave" });
  }

  /** Ends the thread once it has written what it was given. */
  async close(): Promise<void> {
    if (this.#worker) await this.#ask({ kind: "close" });
  }

  /** Ends the thread, whatever it is at. */
  async terminate(): Promise<void> {
    await this.#worker?.terminate();
  }

  get #untilMs(): number {
    return threadClock() + this.#patienceMs;
  }

  #read(question: ReadQuestion): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const tooLong = new StoreError("UNREACHABLE", `it has not answered for ${this.#patienceMs / 1000} s`);
    const timer = setTimeout(() => reject(tooLong), this.#patienceMs);
    this.#ask(question).then(resolve, reject);
    return promise.finally(() => clearTimeout(timer));
  }

  #ask(question: Question): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#lastId += 1;
    const asked: Asked = { id: this.#lastId, question };
    this.#waiting.set(asked.id, { resolve, reject });
    this.#worker ??= this.#begin();
    this.#worker.postMessage(asked);
    return promise;
  }

  #begin(): Worker {
    const worker = this.#start();
    let reason = "it ended by itself";
    worker.on("message", (answered: Answered) => this.#take(answered));
    worker.on("error", (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.once("exit", () => {
      if (this.#worker === worker) this.#worker = undefined;
      this.#giveUp(new StoreError("FAILED", `the store's thread has ended: ${reason}`));
    });
    return worker;
  }

  #take(answered: Answered): void {
    const waiting = this.#waiting.get(answered.id);
    this.#waiting.delete(answered.id);
    if ("failure" in answered) waiting?.reject(new StoreError(answered.failure.code, answered.failure.message));
    else waiting?.resolve(answered.value);
  }

  #giveUp(error: StoreError): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
