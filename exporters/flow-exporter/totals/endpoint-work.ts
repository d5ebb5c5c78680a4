import type { Endpoint } from "../model/endpoint.ts";
import type { ProcessRow } from "../model/process.ts";
import type { Work } from "../model/work.ts";
import { RecentAmounts } from "./recent-amounts.ts";

/** What the processes of one endpoint have done since it was first seen, and the memory they have now. */
export interface EndpointTotal extends Work {
  endpoint: string;
}

const RATED = ["cpuSeconds", "readBytes", "writtenBytes"] as const;

/** What the processes of an endpoint do per second just now. */
export type WorkRates = Record<(typeof RATED)[number], number>;

interface Bytes {
  readBytes: number;
  writtenBytes: number;
}

/** The processes of one moment. */
export interface ProcessesRead {
  processes: ReadonlyMap<number, ProcessRow>;
  /** Whose a process is. */
  ownerOf(process: ProcessRow): Endpoint;
  /** Since boot. */
  nowNs: number;
}

/**
 * Counters per container, and per host process that has flows, that never go down when a process ends.
 *
 * The kernel adds the bytes of an ended child to those of the parent that waited for it. They have been counted as the
 * child's, so they are taken off what the parent has new, in the read that misses the child or the next.
 */
export class EndpointWork {
  readonly #totals = new Map<string, EndpointTotal>();
  readonly #recent = new RecentAmounts<string, (typeof RATED)[number]>(RATED);
  #last: ReadonlyMap<number, ProcessRow> = new Map();
  #lastNs = Number.POSITIVE_INFINITY;
  #owed = new Map<number, Bytes>();

  /** Goes on from what an earlier exporter had. */
  restore(totals: Iterable<EndpointTotal>): void {
    for (const total of totals) this.#totals.set(total.endpoint, { ...total, residentBytes: 0 });
  }

  /** Adds one read of all processes; `talking`: names of the endpoints that have flows. */
  apply({ processes, ownerOf, nowNs }: ProcessesRead, talking: ReadonlySet<string>): void {
    const running = new Set<string>();
    const owed = this.#owedByEnded(processes);
    for (const total of this.#totals.values()) total.residentBytes = 0;
    for (const row of processes.values()) {
      const owner = ownerOf(row);
      if (owner.kind !== "container" && !talking.has(owner.name)) continue;
      running.add(owner.name);
      this.#add(this.#totalOf(owner), row, [this.#owed.get(row.pid), owed.get(row.pid)]);
    }
    this.#removeIdle(running, talking);
    this.#last = processes;
    this.#lastNs = nowNs;
    this.#owed = owed;
    this.#recent.endReading(nowNs / 1e6);
  }

  /** Undefined before the second read. */
  rates(endpoint: string): WorkRates | undefined {
    return this.#recent.perSecond(endpoint);
  }

  /** Undefined: nothing is known of an endpoint of this name. */
  of(endpoint: string): EndpointTotal | undefined {
    return this.#totals.get(endpoint);
  }

  [Symbol.iterator](): Iterator<EndpointTotal> {
    return this.#totals.values();
  }

  /** Bytes of processes that have ended since the last read, by the parent they go to. */
  #owedByEnded(processes: ReadonlyMap<number, ProcessRow>): Map<number, Bytes> {
    const owed = new Map<number, Bytes>();
    for (const row of this.#last.values()) {
      if (processes.get(row.pid)?.startNs === row.startNs) continue;
      const sum = owed.get(row.parentPid) ?? { readBytes: 0, writtenBytes: 0 };
      sum.readBytes += row.readBytes;
      sum.writtenBytes += row.writtenBytes;
      owed.set(row.parentPid, sum);
    }
    return owed;
  }

  #add(total: EndpointTotal, row: ProcessRow, owed: readonly (Bytes | undefined)[]): void {
    const before = this.#before(row);
    total.residentBytes += row.residentBytes;
    if (!before) return;
    const fresh = {
      cpuSeconds: Math.max(0, row.cpuNs - before.cpuNs) / 1e9,
      readBytes: lessOwed(row, before, "readBytes", owed),
      writtenBytes: lessOwed(row, before, "writtenBytes", owed),
    };
    for (const counter of RATED) total[counter] += fresh[counter];
    total.minorFaults += Math.max(0, row.minorFaults - before.minorFaults);
    total.majorFaults += Math.max(0, row.majorFaults - before.majorFaults);
    this.#recent.add(total.endpoint, fresh);
  }

  /** What has been counted of a process: nothing of a new one; undefined: it is older than the first read. */
  #before(row: ProcessRow): ProcessRow | undefined {
    const before = this.#last.get(row.pid);
    if (before?.startNs === row.startNs) return before;
    const fresh = { ...row, cpuNs: 0, minorFaults: 0, majorFaults: 0, readBytes: 0, writtenBytes: 0 };
    return row.startNs >= this.#lastNs ? fresh : undefined;
  }

  #totalOf({ name }: Endpoint): EndpointTotal {
    const known = this.#totals.get(name);
    if (known) return known;
    const counters = { cpuSeconds: 0, readBytes: 0, writtenBytes: 0, minorFaults: 0, majorFaults: 0 };
    const total = { endpoint: name, ...counters, residentBytes: 0 };
    this.#totals.set(name, total);
    return total;
  }

  #removeIdle(running: ReadonlySet<string>, talking: ReadonlySet<string>): void {
    for (const name of this.#totals.keys()) {
      if (!running.has(name) && !talking.has(name)) this.#totals.delete(name);
    }
  }
}

/** What is new, less what ended children brought; that is taken from `owed`. */
function lessOwed(
  row: ProcessRow,
  before: ProcessRow,
  kind: keyof Bytes,
  owed: readonly (Bytes | undefined)[],
): number {
  let fresh = Math.max(0, row[kind] - before[kind]);
  for (const bytes of owed) {
    if (!bytes) continue;
    const taken = Math.min(fresh, bytes[kind]);
    bytes[kind] -= taken;
    fresh -= taken;
  }
  return fresh;
}
