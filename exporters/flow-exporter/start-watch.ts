const EVERY_MS = 40;
const LONGEST_MS = 2_000;

interface Watched {
  /** Reads all processes; never throws. */
  readProcesses(): void;
  /** Whether it is known which cgroup is the container's. */
  knowsCgroupOf(containerId: string): boolean;
}

/**
 * Looks at the processes more often while a container starts: only they tell which cgroup is whose, and those of a
 * container that ends at once are gone before the next cycle.
 */
export class StartWatch {
  readonly #watched: Watched;
  /** Deadlines by container id. */
  readonly #starting = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  /** A container has been made, or has started. */
  expect(containerId: string): void {
    this.#starting.set(containerId, performance.now() + LONGEST_MS);
    this.#timer ??= setInterval(() => this.#look(), EVERY_MS);
    this.#look();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#starting.clear();
  }

  #look(): void {
    this.#watched.readProcesses();
    const now = performance.now();
    for (const [id, deadline] of this.#starting) {
      if (deadline < now || this.#watched.knowsCgroupOf(id)) this.#starting.delete(id);
    }
    if (this.#starting.size === 0) this.stop();
  }
}
