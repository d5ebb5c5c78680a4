import type { Host } from "../../../metadata/host/host.ts";
import type { Healths, SourceHealth } from "../../../model/source-health.ts";
import type { Part, Status } from "../../../model/tracer-status.ts";
import type { Tracer } from "../pins/tracer.ts";
import { decodeStatus } from "../rows/status-row.ts";
import { ClockSteps } from "./clock-steps.ts";
import { type LossesState, LostFlows } from "./lost-flows.ts";
import { atBoot, type Sign, TracerDowntime } from "./tracer-downtime.ts";

const OLDEST_HEARTBEAT_NS = 5e9;
/** Both clocks are the same one, read a moment apart. */
const NEWEST_HEARTBEAT_NS = -1e9;
const NO_UDP = "the tracer could not count UDP: its log says why (docker logs flow-tracer)";
const LEFT_OUT = "the kernel refused the tracer's program for it: its log says why (docker logs flow-tracer)";

export interface TracerWatchParts {
  tracer: Pick<Tracer, "status" | "startedMs">;
  host: Host;
  healths: Healths;
  /** The tracer was started to count UDP. */
  udp: boolean;
  /** Gets by how many seconds somebody has set the clock. */
  onClockStep: (seconds: number) => void;
}

export interface WatchState {
  losses: LossesState;
  unseenSeconds: number;
  /** Of the tracer that was read last; undefined: none was. */
  lastSign?: Sign | undefined;
}

/** Whether the tracer is alive, what it says of itself, and what it lost or did not see. */
export class TracerWatch {
  /** What the tracer last said of itself. */
  status: Status | undefined;
  lostFlows = new LostFlows();
  downtime = new TracerDowntime();
  clockSteps = new ClockSteps();
  readonly #parts: TracerWatchParts;

  constructor(parts: TracerWatchParts) {
    this.#parts = parts;
  }

  /** Reads the tracer's status. @throws DecodeError, or with the reason when it is gone: pins outlive a tracer that was killed. */
  look(): Status {
    const { tracer, host, healths, udp } = this.#parts;
    this.#lookAtClock();
    const status = decodeStatus(tracer.status());
    const age = host.bootTimeNs() - status.heartbeatNs;
    if (age > OLDEST_HEARTBEAT_NS) throw new Error(`the tracer is gone: no sign of it for ${Math.round(age / 1e9)} s`);
    if (age < NEWEST_HEARTBEAT_NS) throw new Error(aheadOfTime(-age));
    this.status = status;
    if (!status.parts.udp && udp) healths.udp.fail(NO_UDP);
    else if (!status.parts.udp) healths.udp.rest("the tracer does not count UDP");
    return status;
  }

  /** All that had closed by the last look was read, of the tracer `identity`. */
  noteSign(identity: string): void {
    const { host, tracer } = this.#parts;
    const aliveNs = this.status?.heartbeatNs ?? 0;
    this.downtime.add({ tracer: identity, aliveNs, wallOffsetMs: host.wallOffsetMs() }, tracer.startedMs());
  }

  /** A part that the tracer says it left out is not tried. Returns whether `step` was done. */
  attempt(part: Part, health: SourceHealth, step: () => void): boolean {
    if (this.status?.parts[part] !== false) return health.attempt(step);
    health.fail(LEFT_OUT);
    return false;
  }

  get state(): WatchState {
    const { lostFlows, downtime } = this;
    return { losses: lostFlows.state, unseenSeconds: downtime.seconds, lastSign: downtime.last };
  }

  /** Goes on where an earlier exporter was. */
  restore({ losses, unseenSeconds, lastSign }: WatchState, sameBoot: boolean): void {
    this.lostFlows = new LostFlows(losses);
    this.downtime = new TracerDowntime(unseenSeconds, sameBoot ? lastSign : lastSign && atBoot(lastSign));
    this.clockSteps = new ClockSteps(sameBoot ? lastSign?.wallOffsetMs : undefined);
  }

  #lookAtClock(): void {
    const { host, onClockStep } = this.#parts;
    const seconds = this.clockSteps.add(host.wallOffsetMs(), host.bootTimeNs());
    if (seconds !== undefined) onClockStep(seconds);
  }
}

/** Such a heartbeat would pass for a living one until its time has come. */
function aheadOfTime(ns: number): string {
  const seconds = Math.round(ns / 1e9);
  return `the tracer's last sign is ${seconds} s in the future: both must run in the host's time namespace, on the same boot`;
}
