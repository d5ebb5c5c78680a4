import type { NatStatus } from "../../model/nat.ts";
import type { TransactionHalf } from "../../model/transaction.ts";
import { StoreError } from "../error.ts";
import { type Entry, Spool } from "../spool/spool.ts";
import { unlessLeft } from "../spool/unless-left.ts";
import { SpooledWriter } from "../spool/writer.ts";
import type { Store } from "../store.ts";
import { Line } from "./line.ts";
import type { Failure, Question, ReadQuestion, StoreSettings, Written } from "./messages.ts";

/** After a failure, so long is written to the spool at once: each try may take as long as a connection may. */
const REST_MS = 5_000;
const TRIM_EVERY_MS = 600_000;

/** Gives halves the addresses that are on the wire. Never rejects. */
interface Follower {
  follow(halves: readonly TransactionHalf[]): Promise<TransactionHalf[]>;
  readonly status: NatStatus;
}

/** The clock goes only forward, in milliseconds. */
interface World {
  open(address: string): Promise<Store>;
  now(): number;
  nat: Follower;
  /** Is aborted when the exporter stops. */
  leaving: AbortController;
}

/** Owns the store and its spool, and does what it is asked, wherever it runs. */
export class StoreKeeper {
  readonly #settings: Pick<StoreSettings, "address" | "spool" | "bounds">;
  readonly #world: World;
  readonly #hide: (text: string) => string;
  #spool: Spool | undefined;
  #writer: SpooledWriter | undefined;
  #failure: { failure: Failure; atMs: number } | undefined;
  #toldDropped = 0;
  #trimmedMs = Number.NEGATIVE_INFINITY;
  #isTrimming = false;
  /** Why the last trim ended early, until a write has told it. */
  #trimFault: unknown;
  /** One entry at a time goes in: that of before. */
  readonly #writing = new Line();
  /** One question is answered at a time, so that a connection is left for writing. */
  readonly #reading = new Line();

  constructor(settings: Pick<StoreSettings, "address" | "spool" | "bounds">, world: World) {
    this.#settings = settings;
    this.#world = world;
    this.#hide = hiding(settings.address);
  }

  /** Rejects with a StoreError. */
  async answer(question: Question): Promise<unknown> {
    try {
      return await this.#answer(question);
    } catch (error) {
      const { code, message } = this.#failureOf(error);
      throw new StoreError(code, message);
    }
  }

  async #answer(question: Question): Promise<unknown> {
    switch (question.kind) {
      case "write": {
        const wallOffsetMs = question.nowMs - this.#world.now();
        return this.#writing.join(() => this.#write(question.entry, wallOffsetMs));
      }
      case "leave":
        return this.#world.leaving.abort();
      case "close":
        return this.#writing.join(async () => this.#writer?.close());
      default:
        return this.#reading.join(() => this.#read(question));
    }
  }

  /** Those who ask again and again, and do not wait, would keep those waiting who do. */
  async #read(question: ReadQuestion): Promise<unknown> {
    if (this.#world.now() >= question.untilMs) throw new StoreError("UNREACHABLE", "nobody waits for it any longer");
    const store = this.#opened();
    switch (question.kind) {
      case "transactions":
        return store.transactions(question.query);
      case "metadata":
        return store.metadata(question.query);
      case "edges":
        return store.edges(question.bounds);
      case "flows":
        return store.flows(question.query);
      case "ended":
        return store.ended(question.query);
    }
  }

  /** The kernel is asked for translations before anything waits: it forgets them. */
  async #write({ halves, holders }: Entry, wallOffsetMs: number): Promise<Written> {
    const { nat } = this.#world;
    const { spool, writer } = await this.#openSpool();
    const entry = { halves: await nat.follow(halves), holders };
    const error = this.#isResting() ? await this.#keep(spool, entry) : await this.#try(writer, entry, wallOffsetMs);
    const lost = spool.dropped - this.#toldDropped;
    this.#toldDropped = spool.dropped;
    return { error, lost, waiting: { entries: spool.size, bytes: spool.bytes }, nat: nat.status };
  }

  /** Without its spool nothing is written: what the database would not take then would be lost without a word. */
  async #openSpool(): Promise<{ spool: Spool; writer: SpooledWriter }> {
    const { address, spool } = this.#settings;
    this.#spool ??= await Spool.open(spool.folder, spool).catch((error) => {
      throw new StoreError("FAILED", `the spool: ${error}`, error);
    });
    this.#writer ??= new SpooledWriter(() => this.#world.open(address), this.#spool, this.#world.leaving.signal);
    return { spool: this.#spool, writer: this.#writer };
  }

  #isResting(): boolean {
    return this.#failure !== undefined && this.#world.now() - this.#failure.atMs < REST_MS;
  }

  async #keep(spool: Spool, entry: Entry): Promise<Failure | undefined> {
    await spool.add(entry);
    return this.#failure?.failure;
  }

  /** The wall clock has gone on while translations were waited for. */
  async #try(writer: SpooledWriter, entry: Entry, wallOffsetMs: number): Promise<Failure | undefined> {
    const error = (await writer.write(entry, this.#world.now() + wallOffsetMs)) ?? this.#trimFault;
    this.#trimFault = undefined;
    if (error === undefined) void this.#trim(writer);
    this.#failure = error === undefined ? undefined : { failure: this.#failureOf(error), atMs: this.#world.now() };
    return this.#failure?.failure;
  }

  /** Beside the writing, which a large table would hold up for minutes: flows that have ended cannot wait for so long. */
  async #trim({ store }: SpooledWriter): Promise<void> {
    if (!store || this.#isTrimming || this.#world.now() - this.#trimmedMs < TRIM_EVERY_MS) return;
    this.#isTrimming = true;
    try {
      await unlessLeft(() => store.trim(this.#settings.bounds), this.#world.leaving.signal);
    } catch (error) {
      this.#trimFault = error;
    }
    this.#isTrimming = false;
    this.#trimmedMs = this.#world.now();
  }

  #opened(): Store {
    const store = this.#writer?.store;
    if (store) return store;
    const { code, message } = this.#failure?.failure ?? { code: "UNREACHABLE", message: "it is not open yet" };
    throw new StoreError(code, message);
  }

  #failureOf(error: unknown): Failure {
    const code = error instanceof StoreError ? error.code : "FAILED";
    return { code, message: this.#hide(error instanceof Error ? error.message : String(error)) };
  }
}

/** Takes the password of an address out of a text, as it is written there and as it is meant. */
function hiding(address: string): (text: string) => string {
  const url = URL.parse(address);
  const passwords = [url?.password ?? "", ...(url?.searchParams.getAll("password") ?? [])];
  const words = passwords.flatMap((word) => [word, decoded(word), encodeURIComponent(word)]).filter(Boolean);
  return (text) => words.reduce((hidden, word) => hidden.replaceAll(word, "***"), text);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
