import type { Container } from "../model/container.ts";

const KEPT_MS = 300_000;

interface Known {
  container: Container;
  seenMs: number;
}

/** The containers that a source has named, those that are gone among them for five minutes: their flows may come later. */
export class KnownContainers {
  readonly #known = new Map<string, Known>();
  /** Asked for many times a second, and another one only when something has changed; undefined: it has. */
  #all: readonly Container[] | undefined;

  get all(): readonly Container[] {
    this.#all ??= [...this.#known.values()].map(({ container }) => container);
    return this.#all;
  }

  has(id: string): boolean {
    return this.#known.has(id);
  }

  add(container: Container): void {
    if (this.#known.get(container.id)?.container !== container) this.#all = undefined;
    this.#known.set(container.id, { container, seenMs: performance.now() });
  }

  without(running: readonly Container[]): Container[] {
    const ids = new Set(running.map(({ id }) => id));
    return this.all.filter(({ id }) => !ids.has(id));
  }

  forgetOld(): void {
    const oldest = performance.now() - KEPT_MS;
    for (const [id, { seenMs }] of this.#known) {
      if (seenMs >= oldest) continue;
      this.#known.delete(id);
      this.#all = undefined;
    }
  }
}
