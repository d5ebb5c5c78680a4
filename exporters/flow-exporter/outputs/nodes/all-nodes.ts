import type { EdgeReading, StoredCounters, StoredEdge } from "../../model/stored-edge.ts";
import { StoreError } from "../../store/error.ts";
import type { FlowList, FlowQuery, Store } from "../../store/store.ts";
import { StoredRates } from "./stored-rates.ts";

export type NodesStore = Pick<Store, "edges" | "flows">;

/** As many edges as the exporter itself keeps by default, whatever the nodes do. */
const BOUNDS = { maxEdges: 5_000, maxPorts: 64 };
/** However many ask, the store is read no more often. */
const EVERY_MS = 5_000;
/** And no more than this part of the time. */
const LEAST_REST = 9;
/** What is older is of no use: whoever asks waits for what is read anew. */
const MAX_AGE_MS = 30_000;
/** A database that is away is asked again after this time at most, however long it has kept us waiting. */
const MOST_REST_MS = 20_000;
/** A page that waits shows nothing. */
const PATIENCE_MS = 4_000;

/** What is known of all nodes. */
export interface Outlook {
  /** Undefined: the store does not answer. */
  reading: EdgeReading | undefined;
  /** Growth per second; undefined: not known, or not yet. */
  rateOf(edge: StoredEdge): StoredCounters | undefined;
  /** Why there is no reading. */
  failure: StoreError | undefined;
  /** Names of all nodes that are known, of this one in any case, in their order. */
  nodes: readonly string[];
}

/** Reads a store that several nodes share for all who ask: at most every few seconds, and not while nobody does. */
export class AllNodes {
  readonly #store: NodesStore;
  readonly #node: string;
  readonly #now: () => number;
  readonly #patienceMs: number;
  readonly #rates = new StoredRates();
  #nodes: readonly string[];
  #latest: { outlook: Outlook; atMs: number; tookMs: number } | undefined;
  #reading: Promise<Outlook> | undefined;

  /**
   * @param node the name of this one
   * @param now a clock that only goes forward, milliseconds
   */
  constructor(store: NodesStore, node: string, now = () => performance.now(), patienceMs = PATIENCE_MS) {
    this.#store = store;
    this.#node = node;
    this.#nodes = [node];
    this.#now = now;
    this.#patienceMs = patienceMs;
  }

  /** As of some seconds ago: what is due is read while the answer is given. Never rejects. */
  async look(): Promise<Outlook> {
    const latest = this.#latest;
    const ageMs = latest ? this.#now() - latest.atMs : Number.POSITIVE_INFINITY;
    const restMs = latest ? restAfter(latest) : 0;
    if (!latest || ageMs > Math.max(MAX_AGE_MS, 2 * restMs)) return this.#soon();
    if (ageMs >= restMs) void this.#read();
    return latest.outlook;
  }

  /** Those that are known just now, for who cannot wait for the store. */
  names(): readonly string[] {
    void this.look();
    return this.#nodes;
  }

  /** A part of the list of all nodes' flows. Rejects with a StoreError. */
  flows(query: FlowQuery): Promise<FlowList> {
    return this.#store.flows(query);
  }

  #soon(): Promise<Outlook> {
    const { promise, resolve } = Promise.withResolvers<Outlook>();
    const tooLong = new StoreError("UNREACHABLE", `it has not answered for ${this.#patienceMs / 1000} s`);
    const timer = setTimeout(() => resolve(this.#without(tooLong)), this.#patienceMs);
    void this.#read().then(resolve);
    return promise.finally(() => clearTimeout(timer));
  }

  #read(): Promise<Outlook> {
    this.#reading ??= this.#readNow().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #readNow(): Promise<Outlook> {
    const beganMs = this.#now();
    const outlook = await this.#store.edges(BOUNDS).then(
      (reading) => this.#with(reading),
      (error: unknown) => this.#without(error instanceof StoreError ? error : new StoreError("FAILED", String(error))),
    );
    const atMs = this.#now();
    this.#latest = { outlook, atMs, tookMs: atMs - beganMs };
    return outlook;
  }

  #with(reading: EdgeReading): Outlook {
    this.#rates.add(reading);
    const named = reading.edges.flatMap(({ source, destination }) => [source.node, destination.node]);
    this.#nodes = [...new Set([this.#node, ...named])].filter((name) => name !== "").sort();
    return { reading, rateOf: (edge) => this.#rates.of(edge), failure: undefined, nodes: this.#nodes };
  }

  #without(failure: StoreError): Outlook {
    return { reading: undefined, rateOf: () => undefined, failure, nodes: this.#nodes };
  }
}

/** How long a reading stands. */
function restAfter({ tookMs, outlook }: { tookMs: number; outlook: Outlook }): number {
  const rest = Math.max(EVERY_MS, LEAST_REST * tookMs);
  return outlook.failure ? Math.min(MOST_REST_MS, rest) : rest;
}
