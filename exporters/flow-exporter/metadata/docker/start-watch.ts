const EVERY_MS = 40;
const MAX_MS = 10_000;

interface Watched {
  /** Reads all processes; never throws. */
  readProcesses(): void;
  /** Whether the kernel reports every cgroup. */
  areCgroupsComplete(): boolean;
  /** Whether it is known which cgroup is the container's. */
  knowsCgroupOf(containerId: string): boolean;
}

/**
 * Looks at the processes whenever a container starts, and, where the kernel does not report cgroups, more often until its
 * own is known: then only its processes show which cgroup is whose, and those of a container that ends at once are gone before
 * the next cycle. On a busy machine a start takes seconds.
 */
export class StartWatch {
  readonly #watched: Watched;
  readonly #longestMs: number;
  readonly #now: () => number;
  /** Deadlines by container id. */
  readonly #starting = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  /** `longestMs`: until a container that does not start is no longer waited for. `now`: milliseconds that never go back. */
  constructor(watched: Watched, longestMs = MAX_MS, now = () => performance.now()) {
    this.#watched = watched;
    this.#longestMs = longestMs;
    this.#now = now;
  }

  /** A container has been made, is about to start, or has started. */
  expect(containerId: string): void {
    this.#starting.set(containerId, this.#now() + this.#longestMs);
    this.#look();
    if (this.#starting.size > 0) this.#timer ??= setInterval(() => this.#look(), EVERY_MS);
  }

  /** A container has ended: nothing is left to be seen. */
  cancel(containerId: string): void {
    this.#starting.delete(containerId);
    if (this.#starting.size === 0) this.stop();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#starting.clear();
  }

  #look(): void {
    this.#watched.readProcesses();
    const now = this.#now();
    for (const [id, deadline] of this.#starting) {
      if (this.#watched.areCgroupsComplete() || deadline < now || this.#watched.knowsCgroupOf(id))
        this.#starting.delete(id);
    }
    if (this.#starting.size === 0) this.stop();
  }
}
