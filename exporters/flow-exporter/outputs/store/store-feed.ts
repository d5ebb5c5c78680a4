import { setImmediate as nextTurn } from "node:timers/promises";
import type { FlowRecord } from "../../model/flow-record.ts";
import type { NatStatus } from "../../model/nat.ts";
import type { Node } from "../../model/node.ts";
import { type Log, SourceHealth } from "../../model/source-health.ts";
import type { AddressHolder, TransactionHalf } from "../../model/transaction.ts";
import { StoreError, type StoreErrorCode } from "../../store/error.ts";
import type { Entry } from "../../store/spool/spool.ts";
import type { Written } from "../../store/thread/messages.ts";
import { halvesOf, type Origin } from "./halves.ts";
import { type HoldingContainer, holdersOf } from "./holders.ts";

/** Some ten megabytes of flows that have ended. */
const MAX_ENDED = 20_000;
/** Halves that are handed over at once: copying them for the other thread takes a few milliseconds. */
const MAX_BATCH = 500;
/** How long the cycle and those who ask may wait for a slice. */
const SLICE_MS = 4;
/** Flows between two looks at the clock. */
const FLOWS_PER_LOOK = 50;
/** A write that takes longer is a failure that others should know of. */
const PATIENCE_MS = 20_000;

/** Where halves go: a store, or what stands before one. */
export interface StoreIntake {
  write(entry: Entry, nowMs: number): Promise<Written>;
}

/** Where they come from. */
export interface StoreOrigin {
  /** Each flow that is open, with an object that stays the same as long as it is that flow. */
  open(): Iterable<readonly [flow: object, record: FlowRecord]>;
  containers(): Iterable<HoldingContainer>;
  /** This node, as Kubernetes calls it; undefined: nobody says. */
  machine(): Node | undefined;
  bootId(): string;
  /** When the machine booted, milliseconds since 1970. */
  bootMs(): number;
  node: string;
}

export interface FeedBounds {
  maxEnded?: number;
  patienceMs?: number;
}

/**
 * Tells a store of this node's flows: of each that ends, and of the open ones that have changed since the last snapshot. One batch is
 * on its way at a time, and making one is no longer a slice than the cycle may wait for. While the store takes its time, flows
 * that end wait, up to a number, and snapshots are left out: the next has all that those would have had.
 */
export class StoreFeed {
  readonly name = "store";
  /** Rows that nobody will write: beyond the queue, beyond the spool, or given to a thread that has ended since. */
  dropped = 0;
  readonly health: SourceHealth;
  /** Whether the kernel tells which addresses it translates. */
  readonly natHealth: SourceHealth;
  /** Undefined until the first write. */
  nat: NatStatus | undefined;
  readonly errors = new Map<StoreErrorCode, number>();
  waiting: Written["waiting"] = { entries: 0, bytes: 0 };
  readonly #intake: StoreIntake;
  readonly #origin: StoreOrigin;
  readonly #bounds: Required<FeedBounds>;
  #ended: FlowRecord[] = [];
  /** What the store has been told of each open flow. */
  #told: ReadonlyMap<object, string> = new Map();
  #isSnapshotDue = false;
  /** The store has not even kept what it was given: the next snapshot tries again, and not each flow that ends. */
  #isResting = false;
  #working: Promise<void> | undefined;
  #writingSinceMs: number | undefined;

  constructor(intake: StoreIntake, origin: StoreOrigin, log: Log, bounds: FeedBounds = {}) {
    this.#intake = intake;
    this.#origin = origin;
    this.#bounds = { maxEnded: MAX_ENDED, patienceMs: PATIENCE_MS, ...bounds };
    this.health = new SourceHealth(this.name, log);
    this.natHealth = new SourceHealth("conntrack", log);
  }

  /** Flows that have ended and wait. */
  get ended(): number {
    return this.#ended.length;
  }

  /** Takes in a flow that has ended; called within the reading. */
  onEnded(record: FlowRecord): void {
    if (this.#ended.length < this.#bounds.maxEnded) this.#ended.push(record);
    else this.#dropOne();
    if (!this.#isResting) this.#work();
  }

  /** Time for a snapshot. One that is being made goes on instead. @param nowMs of a clock that only goes forward */
  snapshot(nowMs = performance.now()): void {
    const since = this.#writingSinceMs;
    const { patienceMs } = this.#bounds;
    if (since !== undefined && nowMs - since > patienceMs) {
      this.#fail(new StoreError("UNREACHABLE", `it has not answered for ${Math.round((nowMs - since) / 1000)} s`));
    }
    this.#isSnapshotDue = true;
    this.#isResting = false;
    this.#work();
  }

  /** Hands over what there is. Never rejects. */
  async flush(): Promise<void> {
    await this.#working;
    this.snapshot();
    await this.#working;
  }

  #work(): void {
    this.#working ??= this.#handOver().finally(() => (this.#working = undefined));
  }

  /** Never rejects: what fails is counted, and the next snapshot tries again. */
  async #handOver(): Promise<void> {
    // What a reading ends comes together; the reading itself is not held up by it.
    await nextTurn();
    try {
      do {
        await this.#writeEnded();
        if (this.#isSnapshotDue) await this.#writeSnapshot();
      } while (this.#isSnapshotDue || this.#ended.length > 0);
    } catch (error) {
      this.#isResting = true;
      this.#fail(error);
    }
  }

  async #writeEnded(): Promise<void> {
    while (this.#ended.length > 0) {
      const origin = this.#originNow();
      const records = this.#ended.splice(0, MAX_BATCH / 2);
      await this.#write({ halves: records.flatMap((record) => halvesOf(record, origin)), holders: [] });
    }
  }

  /** Ends with a write in any case, which shows how the store is, and lets what waits in its spool go in. */
  async #writeSnapshot(): Promise<void> {
    this.#isSnapshotDue = false;
    const told = new Map<object, string>();
    try {
      for await (const halves of this.#changed(told)) {
        await this.#write({ halves, holders: [] });
        await this.#writeEnded();
      }
      await this.#write({ halves: [], holders: this.#holders() });
      this.#told = told;
    } catch (error) {
      // What was given to a thread that has ended may not have been written.
      this.#told = new Map();
      throw error;
    }
  }

  /** Batches of what is new; `told` gets what the store knows once it has them all. */
  async *#changed(told: Map<object, string>): AsyncGenerator<TransactionHalf[]> {
    let batch: TransactionHalf[] = [];
    let seen = 0;
    let endMs = performance.now() + SLICE_MS;
    const origin = this.#originNow();
    for (const [flow, record] of this.#origin.open()) {
      const now = wordOn(record);
      told.set(flow, now);
      if (this.#told.get(flow) !== now) batch.push(...halvesOf(record, origin));
      seen += 1;
      const isSliceOver = seen % FLOWS_PER_LOOK === 0 && performance.now() >= endMs;
      if (!isSliceOver && batch.length < MAX_BATCH) continue;
      if (batch.length >= MAX_BATCH) {
        yield batch;
        batch = [];
      }
      await nextTurn();
      endMs = performance.now() + SLICE_MS;
    }
    if (batch.length > 0) yield batch;
  }

  async #write(entry: Entry): Promise<void> {
    this.#writingSinceMs = performance.now();
    try {
      this.#take(await this.#intake.write(entry, Date.now()));
    } catch (error) {
      this.dropped += entry.halves.length + entry.holders.length;
      throw error;
    } finally {
      this.#writingSinceMs = undefined;
    }
  }

  /** What the database has not taken is in the spool, and is lost only where that has no room. */
  #take({ error, lost, waiting, nat }: Written): void {
    this.dropped += lost;
    this.waiting = waiting;
    this.#takeNat(nat);
    if (error) this.#fail(new StoreError(error.code, error.message));
    else this.health.succeed();
  }

  #takeNat(nat: NatStatus): void {
    this.nat = nat;
    if (nat.fault === undefined) return;
    if (nat.isAbsent) this.natHealth.rest(nat.fault);
    else if (nat.fault !== "") this.natHealth.fail(nat.fault);
    else if (nat.isCutOff)
      this.natHealth.fail(`it shows more than ${nat.translations} translated connections in good time`);
    else this.natHealth.succeed();
  }

  #fail(error: unknown): void {
    const { code, message } = error instanceof StoreError ? error : new StoreError("FAILED", String(error));
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
    this.health.fail(`${code}: ${message}`);
  }

  #dropOne(): void {
    this.dropped += 1;
    this.health.fail(`its queue is full: ${this.#ended.length} flows wait`);
  }

  #holders(): AddressHolder[] {
    return holdersOf(this.#origin.containers(), this.#origin.node, this.#origin.machine());
  }

  #originNow(): Origin {
    const { node } = this.#origin;
    return { node, boot: this.#origin.bootId(), bootMs: this.#origin.bootMs() };
  }
}

/** Changes with all of a flow that the store should know of while it is open. */
function wordOn({ sentBytes, receivedBytes, retransmits, state }: FlowRecord): string {
  return `${sentBytes} ${receivedBytes} ${retransmits} ${state}`;
}
