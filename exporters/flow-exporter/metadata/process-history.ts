import type { ProcessRow } from "../model/process.ts";

/** What a process had done by one moment. */
export interface Sample {
  /** Nanoseconds since boot. */
  atNs: number;
  row: ProcessRow;
}

const MAX_SAMPLES = 4;
/** Farther away, a sample says nothing about the moment. */
const NEAR_NS = 3e9;

/** The last reads of each process, those that have ended a moment ago among them. */
export class ProcessHistory {
  readonly #samples = new Map<number, Sample[]>();

  add(processes: Iterable<ProcessRow>, nowNs: number): void {
    for (const row of processes) this.#add({ atNs: nowNs, row });
    for (const [pid, samples] of this.#samples) {
      if (nowNs - (samples.at(-1)?.atNs ?? 0) > NEAR_NS) this.#samples.delete(pid);
    }
  }

  /** What a process had done about then; undefined where no read was near. */
  nearest(pid: number, atNs: number): Sample | undefined {
    let best: Sample | undefined;
    let distance = NEAR_NS;
    for (const sample of this.#samples.get(pid) ?? []) {
      const away = Math.abs(sample.atNs - atNs);
      if (away > distance) continue;
      best = sample;
      distance = away;
    }
    return best;
  }

  /** What a process has done, as of the last read. */
  latest(pid: number): Sample | undefined {
    return this.#samples.get(pid)?.at(-1);
  }

  #add(sample: Sample): void {
    const { pid, startNs } = sample.row;
    const before = this.#samples.get(pid);
    if (before?.[0]?.row.startNs !== startNs) {
      this.#samples.set(pid, [sample]);
      return;
    }
    if (before.length >= MAX_SAMPLES) before.shift();
    before.push(sample);
  }
}
