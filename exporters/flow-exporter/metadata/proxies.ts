import type { ProcessRow } from "../model/process.ts";
import { Lingering } from "./lingering.ts";

/** What Docker calls the process that listens at a published port. */
export const PROXY = "docker-proxy";
const ENGINE = "dockerd";
const NAMES: ReadonlySet<string> = new Set([PROXY, ENGINE]);
const ROOT = 0;

/** The user that a process has its rights from, as the host counts; undefined where it is not known. */
type UserOf = (pid: number) => number | undefined;

type Cgroups = () => ReadonlyMap<number, string>;

interface Judged {
  startNs: number;
  isReal: boolean;
}

/**
 * Docker's engine, and its own proxies: their way to a container is left out, since the way to them is counted. Anything can call itself
 * so. The engine is root's and outside of every container, and what nothing but a proxy can have is such a parent.
 */
export class Proxies {
  readonly #judged = new Map<number, Judged>();
  readonly #seen: Lingering<number, number>;
  readonly #engines: Lingering<number, number>;
  readonly #userOf: UserOf;

  /** `keptNs`: how long one is remembered after it went. */
  constructor(keptNs: number, userOf: UserOf) {
    this.#seen = new Lingering(keptNs);
    this.#engines = new Lingering(keptNs);
    this.#userOf = userOf;
  }

  /** Takes in the processes that run now; `cgroupsNow` gives the container each cgroup is of, or "". */
  look(processes: ReadonlyMap<number, ProcessRow>, cgroupsNow: Cgroups, nowNs: number): void {
    // Anybody can have thousands of processes of that name, and there can be as many cgroups: these are listed once.
    let listed: ReadonlyMap<number, string> | undefined;
    const cgroupsOnce = () => (listed ??= cgroupsNow());
    const real = [...processes.values()].filter(
      (process) => NAMES.has(process.comm) && this.#isReal(process, processes, cgroupsOnce),
    );
    const called = (name: string) =>
      real.filter(({ comm }) => comm === name).map(({ pid, startNs }): [number, number] => [pid, startNs]);
    for (const [pid, { startNs }] of this.#judged)
      if (processes.get(pid)?.startNs !== startNs) this.#judged.delete(pid);
    this.#seen.update(called(PROXY), nowNs);
    this.#engines.update(called(ENGINE), nowNs);
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
    return pidsOf(this.#seen, processes);
  }

  /** The engine's, likewise. */
  enginePids(processes: ReadonlyMap<number, ProcessRow>): Set<number> {
    return pidsOf(this.#engines, processes);
  }

  /** Asked once for each: no pin has a process's parent or its user. */
  #isReal(process: ProcessRow, processes: ReadonlyMap<number, ProcessRow>, cgroupsNow: Cgroups): boolean {
    const { pid, startNs } = process;
    const known = this.#judged.get(pid);
    if (known?.startNs === startNs) return known.isReal;
    const isReal =
      (process.comm === ENGINE || this.#isEngines(process, processes, cgroupsNow)) &&
      !cgroupsNow().get(process.cgroupId) &&
      this.#userOf(pid) === ROOT;
    this.#judged.set(pid, { startNs, isReal });
    return isReal;
  }

  #isEngines({ parentPid }: ProcessRow, processes: ReadonlyMap<number, ProcessRow>, cgroupsNow: Cgroups): boolean {
    const parent = processes.get(parentPid);
    return parent?.comm === ENGINE && this.#isReal(parent, processes, cgroupsNow);
  }
}

function pidsOf(seen: Iterable<[number, number]>, processes: ReadonlyMap<number, ProcessRow>): Set<number> {
  const there = [...seen].filter(([pid, startNs]) => (processes.get(pid)?.startNs ?? startNs) === startNs);
  return new Set(there.map(([pid]) => pid));
}
