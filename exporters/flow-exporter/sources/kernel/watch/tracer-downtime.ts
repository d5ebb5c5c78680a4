/** That a tracer was alive, and what both clocks said then. */
export interface Sign {
  /** Another after each start. */
  tracer: string;
  /** Since boot. */
  aliveNs: number;
  /** The wall clock less the time since boot: it changes only when somebody sets the clock. */
  wallOffsetMs: number;
}

const SAME_OFFSET_MS = 1_000;

/**
 * Time from the last sign of one tracer that has been read to the start of the next: flows that began and ended within
 * it are not counted. The last sign outlives the exporter with its totals. What a tracer had counted since then, and
 * nobody had read, went with it, so that this time counts whether or not the tracer itself lived on for a while. Signs
 * come once a second, and totals are written every ten: so much it can be too long.
 */
export class TracerDowntime {
  seconds: number;
  #last: Sign | undefined;

  /** As an earlier exporter left it; after a reboot, its last sign is `atBoot`. */
  constructor(seconds = 0, last?: Sign) {
    this.seconds = seconds;
    this.#last = last;
  }

  get last(): Sign | undefined {
    return this.#last;
  }

  /** `startedMs`: when the tracer started, by the wall clock. */
  add(sign: Sign, startedMs: number): void {
    const last = this.#last;
    if (last && last.tracer !== sign.tracer) this.seconds += secondsUnseen(last, sign, startedMs);
    this.#last = sign;
  }
}

/** The last sign of a tracer that a reboot ended: from boot on, nobody watches. */
export function atBoot(last: Sign): Sign {
  return { ...last, aliveNs: 0 };
}

/** When the next one started is only known by the wall clock. Where that was set meanwhile, its first sign must do. */
function secondsUnseen(last: Sign, next: Sign, startedMs: number): number {
  const wasSet = Math.abs(next.wallOffsetMs - last.wallOffsetMs) > SAME_OFFSET_MS;
  const startedNs = (startedMs - next.wallOffsetMs) * 1e6;
  const untilNs = wasSet ? next.aliveNs : Math.min(startedNs, next.aliveNs);
  return Math.max(0, untilNs - last.aliveNs) / 1e9;
}
