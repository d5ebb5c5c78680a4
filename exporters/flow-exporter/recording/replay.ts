import { once } from "node:events";
import type { StateFile } from "../checkpoint/state-file.ts";
import type { DockerReader } from "../metadata/docker/reader.ts";
import type { Host } from "../metadata/host/host.ts";
import type { ReplayStatus } from "../model/recording.ts";
import type { Tracer } from "../sources/kernel/pins/tracer.ts";
import { STATUS_ROW } from "../sources/kernel/rows/layout.ts";
import type { Recording } from "./folder-reader.ts";
import type { Cycle, Head, PinName, Readers } from "./format.ts";

export interface Replay extends Readers {
  /** The totals it begins with, which nothing is written to. */
  state: StateFile;
  /** Of the process that recorded. */
  ownPid: number;
  limits: Head["limits"];
  status(): ReplayStatus;
  /** A cycle has ended: the next one is shown. */
  endCycle(): void;
}

/**
 * Stands in for the tracer, Docker and the machine with what was recorded: each cycle of the exporter reads one of the
 * recording, none twice and none never, so that it counts the same however long its own cycles take.
 */
export function createReplay(recording: Recording): Replay {
  const { head, totals } = recording;
  const at = new Position(recording);
  return {
    tracer: replayedTracer(recording, at),
    docker: replayedDocker(at),
    host: replayedHost(head, at),
    state: { read: () => totals, write: async () => {}, setAside: () => "the recording, which stays as it is" },
    ownPid: head.ownPid,
    limits: head.limits,
    status: () => {
      const { recordedAt, cycles, lostCycles } = head;
      return { recorded_at: recordedAt, cycles, lost_cycles: lostCycles, replayed: at.replayed };
    },
    endCycle: () => at.advance(),
  };
}

/** How far a replay has come. */
class Position {
  /** Cycles that have been read to their end. */
  replayed = 0;
  readonly #cycles: readonly Cycle[];
  #onAdvance: () => void = () => {};

  constructor({ cycles }: Recording) {
    this.#cycles = cycles;
  }

  /** Number of the cycle that is shown. */
  get cycle(): number {
    return Math.min(this.replayed, this.#cycles.length - 1);
  }

  advance(): void {
    this.replayed = Math.min(this.replayed + 1, this.#cycles.length);
    this.#onAdvance();
  }

  /** The last value that there has been by now, else the first that there will be. */
  latest<Value>(of: (cycle: Cycle) => Value | undefined): Value | undefined {
    const isKnown = (cycle: Cycle) => of(cycle) !== undefined;
    const found = this.#cycles.slice(0, this.cycle + 1).findLast(isKnown) ?? this.#cycles.find(isKnown);
    return found && of(found);
  }

  /** Calls `take` with the events of each cycle as it is shown, those that have been among them. */
  follow(take: (event: string) => void): void {
    let next = 0;
    this.#onAdvance = () => {
      for (; next <= this.cycle; next++) for (const event of this.#cycles[next]?.events ?? []) take(event);
    };
    this.#onAdvance();
  }
}

function replayedTracer({ pin }: Recording, at: Position): Tracer {
  const read = (name: PinName) => pin(at.cycle, name);
  /** The cycle whose closed flows were shown last. */
  let shown = -1;
  return {
    identity: () => at.latest(({ identity }) => identity) ?? "",
    startedMs: () => at.latest(({ startedMs }) => startedMs) ?? 0,
    status: () => asOnlyReader(read("status")),
    backfillOwners: () => {},
    processes: () => read("processes"),
    cgroups: () => read("cgroups"),
    closed: () => {
      const bytes = shown === at.cycle ? new Uint8Array() : read("closed");
      shown = at.cycle;
      return bytes;
    },
    acknowledgeClosed: () => {},
    snapshot: () => {},
    live: () => read("live"),
    udp: () => read("udp"),
    acknowledgeUdp: () => {},
    programs: () => read("programs"),
  };
}

/** Who replays must not take the reads of who recorded for those of another reader, which disturbs. */
function asOnlyReader(status: Uint8Array): Uint8Array {
  const { closed_reads, snapshots, live_snapshot } = STATUS_ROW.fields;
  const own = Uint8Array.from(status);
  const view = new DataView(own.buffer);
  for (const { at } of [closed_reads, snapshots, live_snapshot]) view.setBigUint64(at, 0n, true);
  return own;
}

function replayedHost({ bootId }: Head, at: Position): Host {
  return {
    bootTimeNs: () => at.latest(({ bootTimeNs }) => bootTimeNs) ?? 0,
    wallOffsetMs: () => at.latest(({ wallOffsetMs }) => wallOffsetMs) ?? 0,
    bootId: () => bootId,
    netFile: (name) => at.latest(({ net }) => net[name]) ?? "",
    processFile: (pid, name) => at.latest(({ processes }) => processes[`${pid}/${name}`]) ?? "",
  };
}

function replayedDocker(at: Position): DockerReader {
  return {
    list: async () => answered(at.latest(({ containers }) => containers)),
    overlays: async () => answered(at.latest(({ overlays }) => overlays)),
    watch: async (onEvent, onOpen, signal) => {
      onOpen();
      at.follow(onEvent);
      if (!signal.aborted) await once(signal, "abort");
    },
  };
}

function answered<Answer>(answer: Answer | undefined): Answer {
  if (answer === undefined) throw new Error("Docker did not answer while this was recorded");
  return answer;
}
