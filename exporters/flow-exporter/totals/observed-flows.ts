import { NO_AMOUNTS } from "../model/flow-delta.ts";
import type { FlowRecord } from "../model/flow-record.ts";
import type { ToldFlow } from "../model/observed-flow.ts";
import type { FlowWork, Work } from "../model/work.ts";

interface Kept extends ToldFlow {
  /** What the container had done when the flow was first told of; undefined: that is not known. */
  before: Work | undefined;
}

/** What has not ended by its own word has when nothing was told of it for so long. */
const IDLE_MS = 60_000;

export interface ObservedFlowsParts {
  maxFlows: number;
  /** What an endpoint of this host has done so far; undefined: that is not known. */
  workOf(endpoint: string): Work | undefined;
}

/** The last flows that others have told of; the one told of last comes last. */
export class ObservedFlows {
  readonly #parts: ObservedFlowsParts;
  readonly #flows = new Map<string, Kept>();

  constructor(parts: ObservedFlowsParts) {
    this.#parts = parts;
  }

  add(told: ToldFlow): void {
    const key = keyOf(told);
    const known = this.#flows.get(key);
    this.#flows.delete(key);
    const isSame = known && !(known.isOver && told.isNew);
    this.#flows.set(key, isSame ? merged(known, told) : { ...told, before: this.#workOf(told) });
    if (this.#flows.size <= this.#parts.maxFlows) return;
    for (const oldest of this.#flows.keys()) return void this.#flows.delete(oldest);
  }

  /** @param bootMs when this machine booted, milliseconds since 1970, as is `nowMs` */
  *records(bootMs: number, nowMs: number): Generator<FlowRecord> {
    for (const flow of this.#flows.values()) yield this.#record(flow, bootMs, nowMs);
  }

  #record(flow: Kept, bootMs: number, nowMs: number): FlowRecord {
    const open = !flow.isOver && nowMs - flow.lastMs < IDLE_MS;
    const sinceBoot = (ms: number) => Math.max(0, Math.round((ms - bootMs) * 1e6));
    const { verdict } = flow.observed;
    return {
      ...NO_AMOUNTS,
      edge: flow.edge,
      sourceAddress: flow.sourceAddress,
      sourcePort: flow.sourcePort,
      destinationAddress: flow.destinationAddress,
      destinationAddressPort: flow.destinationAddressPort,
      retransmits: 0,
      rttSeconds: 0,
      state: open ? "OPEN" : "CLOSED",
      open,
      failed: verdict === "DROPPED" || verdict === "ERROR",
      errno: 0,
      startNs: sinceBoot(flow.firstMs),
      endNs: open ? 0 : Math.max(1, sinceBoot(flow.lastMs)),
      pid: flow.local?.pid ?? 0,
      comm: "",
      seen: "both",
      netns: 0,
      cookie: 0,
      incarnation: 0,
      work: this.#workBeside(flow),
      observed: flow.observed,
    };
  }

  #workBeside({ local, before }: Kept): FlowWork | undefined {
    const now = this.#workOf({ local });
    return local && before && now && { pid: local.pid, comm: "", before, during: difference(now, before) };
  }

  #workOf({ local }: Pick<ToldFlow, "local">): Work | undefined {
    const work = local && this.#parts.workOf(local.name);
    if (!work) return undefined;
    const { cpuSeconds, readBytes, writtenBytes, minorFaults, majorFaults, residentBytes } = work;
    return { cpuSeconds, readBytes, writtenBytes, minorFaults, majorFaults, residentBytes };
  }
}

/** The same flow's earlier events and the later ones as one. */
function merged(known: Kept, told: ToldFlow): Kept {
  const { observed } = told;
  const isJudged = observed.verdict !== "VERDICT_UNKNOWN";
  return {
    ...told,
    isOver: known.isOver || told.isOver,
    firstMs: Math.min(known.firstMs, told.firstMs),
    lastMs: Math.max(known.lastMs, told.lastMs),
    observed: {
      ...observed,
      verdict: isJudged ? observed.verdict : known.observed.verdict,
      dropReason: isJudged ? observed.dropReason : known.observed.dropReason,
      events: known.observed.events + observed.events,
      replies: known.observed.replies + observed.replies,
      l7: observed.l7 ?? known.observed.l7,
    },
    before: known.before,
  };
}

function difference(now: Work, before: Work): Work {
  return {
    cpuSeconds: now.cpuSeconds - before.cpuSeconds,
    readBytes: now.readBytes - before.readBytes,
    writtenBytes: now.writtenBytes - before.writtenBytes,
    minorFaults: now.minorFaults - before.minorFaults,
    majorFaults: now.majorFaults - before.majorFaults,
    residentBytes: now.residentBytes,
  };
}

function keyOf(told: ToldFlow): string {
  const { edge, observed, sourceAddress, sourcePort, destinationAddress, destinationAddressPort } = told;
  return `${observed.origin} ${edge.protocol} ${sourceAddress} ${sourcePort} ${destinationAddress} ${destinationAddressPort}`;
}
