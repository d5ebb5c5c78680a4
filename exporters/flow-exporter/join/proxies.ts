import type { ProcessRow } from "../decode/process-rows.ts";
import { Lingering } from "./lingering.ts";

/** What Docker calls the process that listens at a published port. */
export const PROXY = "docker-proxy";
const ENGINE = "dockerd";
const ROOT = 0;

/** The user that a process has its rights from, as the host counts; undefined where it cannot be told. */
type UserOf = (pid: number) => number | undefined;

type Cgroups = () => ReadonlyMap<number, string>;

interface Judged {
  startNs: number;
  isReal: boolean;
}

/**
 * Docker's own proxies: their way to a container is left out, since the way to them is counted. Anything can call itself
 * so. What nothing but the engine can have is a parent that is root's, outside of every container, and called as the
 * engine is.
 */
export class Proxies {
  readonly #judged = new Map<number, Judged>();
  readonly #seen: Lingering<number, number>;
  readonly #userOf: UserOf;

  /** `keptNs`: how long one is remembered after it went. */
  constructor(keptNs: number, userOf: UserOf) {
    this.#seen = new Lingering(keptNs);
    this.#userOf = userOf;
  }

  /** Takes in the processes that run now; `cgroupsNow` tells the container each cgroup is of, or "". */
  look(processes: ReadonlyMap<number, ProcessRow>, cgroupsNow: Cgroups, nowNs: number): void {
    const real: [number, number][] = [];
    for (const process of processes.values()) {
      if (process.comm === PROXY && this.#isReal(process, processes, cgroupsNow))
        real.push([process.pid, process.startNs]);
    }
    for (const [pid, { startNs }] of this.#judged)
      if (processes.get(pid)?.startNs !== startNs) this.#judged.delete(pid);
    this.#seen.update(real, nowNs);
  }

  /** The real ones, by number and start, for the next exporter: rows of those that go meanwhile come to it. */
  get known(): [number, number][] {
    return [...this.#seen];
  }

  /** Those that an earlier exporter knew. */
  remember(known: readonly [number, number][], nowNs: number): void {
    this.#seen.update(known, nowNs);
  }

  /** By number. One that another process has by now is not among them. */
  pids(processes: ReadonlyMap<number, ProcessRow>): Set<number> {
    const pids = [...this.#seen].filter(([pid, startNs]) => (processes.get(pid)?.startNs ?? startNs) === startNs);
    return new Set(pids.map(([pid]) => pid));
  }

  /** Asked once for each: neither a process's parent nor its user is told by every look. */
  #isReal(process: ProcessRow, processes: ReadonlyMap<number, ProcessRow>, cgroupsNow: Cgroups): boolean {
    const { pid, startNs } = process;
    const known = this.#judged.get(pid);
    if (known?.startNs === startNs) return known.isReal;
    const parent = processes.get(process.parentPid);
    const cgroups = cgroupsNow();
    const isReal =
      parent?.comm === ENGINE &&
      [process, parent].every((one) => !cgroups.get(one.cgroupId) && this.#userOf(one.pid) === ROOT);
    this.#judged.set(pid, { startNs, isReal });
    return isReal;
  }
}
