import type { World } from "../../metadata/world.ts";
import type { FlowRecord } from "../../model/flow-record.ts";
import type { FlowSink, FlowSource } from "../../model/flow-source.ts";
import type { SourceHealth } from "../../model/source-health.ts";
import { type Answer, readAnswer } from "./answer.ts";
import { FAULTS, type Fault } from "./faults.ts";
import { KnownConnections, type Memory } from "./known-connections.ts";
import type { SocketReader } from "./reader.ts";

/** Each takes about a kilobyte. */
const MAX_CONNECTIONS = 50_000;

export interface TracerSocketParts {
  reader: SocketReader;
  health: SourceHealth;
  /** The host as of now; undefined: it is not known yet. */
  world(): World | undefined;
  maxConnections?: number;
}

/**
 * The connections that another tracer of this machine tells over its socket. It is asked between two cycles: a cycle takes in
 * the answer that has come, and asks for the next. Only totals are believed, not what is new by the tracer's count, so that
 * an answer that was lost costs nothing.
 */
export class TracerSocketSource implements FlowSource {
  readonly name: string;
  readonly health: SourceHealth;
  /** What was wrong with answers so far, and how often. */
  readonly faults = new Map<Fault, number>();
  readonly #parts: TracerSocketParts;
  readonly #known: KnownConnections;
  #answer: Answer | undefined;
  #isAsking = false;

  constructor(parts: TracerSocketParts) {
    this.health = parts.health;
    this.name = parts.health.name;
    this.#parts = parts;
    this.#known = new KnownConnections(parts.maxConnections ?? MAX_CONNECTIONS);
  }

  maintain(): void {}

  /** Hands on what has come, ahead of the end of the reading, which is the kernel's. */
  read(sink: FlowSink): void {
    const world = this.#parts.world();
    if (!world) return;
    if (this.#answer) this.#take(this.#answer, world);
    this.#answer = undefined;
    const deltas = this.#known.drain(world);
    if (deltas.length > 0) sink.add(deltas, world.nowNs / 1e6);
    if (!this.#isAsking) void this.#ask();
  }

  records(): Iterable<FlowRecord> {
    return this.#known.records();
  }

  /** Of each process that a connection is of, its network namespace. */
  processes(): Iterable<readonly [pid: number, netns: number]> {
    return this.#known.processes();
  }

  memories(): Iterable<Memory> {
    return this.#known.memories();
  }

  restore(memories: Iterable<Memory>, nowNs: number): void {
    this.#known.restore(memories, nowNs);
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    this.#answer = await readAnswer(await this.#parts.reader.ask());
    this.#isAsking = false;
  }

  #take({ connections, faults }: Answer, { nowNs }: World): void {
    const isWhole = faults.size === 0;
    const without = isWhole || connections.length > 0 ? this.#known.take(connections, isWhole, nowNs) : 0;
    if (without > 0) faults.set("too_many", without);
    for (const [fault, count] of faults) this.faults.set(fault, (this.faults.get(fault) ?? 0) + count);
    // Without the numbers: the log has a line for each reason that differs from the last.
    const reasons = [...faults.keys()].map(reasonOf);
    if (reasons.length === 0) this.health.succeed();
    else this.health.fail(reasons.join("; "));
  }
}

function reasonOf(fault: Fault): string {
  if (fault in FAULTS) return FAULTS[fault as keyof typeof FAULTS];
  return `connections are left out, as their ${fault.replace("bad_", "")} makes no sense`;
}
