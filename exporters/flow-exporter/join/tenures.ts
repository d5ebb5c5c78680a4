import type { Container } from "../decode/containers.ts";

/** How long before its first process a container's address and ports can be called: the engine prepares them before. */
const PREPARED_NS = 3e9;

interface Tenure {
  container: Container;
  fromNs: number;
  /** Infinity: it has it still. */
  untilNs: number;
}

/** The container that had something at a moment; or that it was known, and had by none then. */
type Holder = Container | "nobody";

/**
 * Which container has had an address, or a port of the host, and when: the next one that gets it has no part in the
 * flows of the one before. Times are those of the kernel, nanoseconds since boot.
 */
export class Tenures {
  readonly #tenures = new Map<string, Tenure[]>();
  readonly #keptNs: number;
  #lastNs = 0;

  /** `keptNs`: how long one is remembered after it ended. */
  constructor(keptNs: number) {
    this.#keptNs = keptNs;
  }

  /**
   * Takes in what Docker has told: those that run, and those that are gone, which may have come and gone since it was
   * last told. `startOf`: when a container's first process began; undefined where that is not known.
   */
  update(
    running: Iterable<Container>,
    gone: Iterable<Container>,
    startOf: (container: Container) => number | undefined,
    nowNs: number,
  ): void {
    const current = new Set<Tenure>();
    for (const container of running) {
      const fromNs = Math.max(startOf(container) ?? 0, this.#lastNs);
      for (const place of placesOf(container)) current.add(this.#hold(place, container, fromNs));
    }
    for (const container of gone) for (const place of placesOf(container)) this.#note(place, container, nowNs);
    for (const [place, tenures] of this.#tenures) {
      for (const one of tenures) if (!current.has(one)) one.untilNs = Math.min(one.untilNs, nowNs);
      const kept = tenures.filter(({ untilNs }) => nowNs - untilNs <= this.#keptNs);
      if (kept.length > 0) this.#tenures.set(place, kept);
      else this.#tenures.delete(place);
    }
    this.#lastNs = nowNs;
  }

  /** Who had an address at a moment; undefined: it has been no container's. */
  ofAddress(address: string, atNs: number): Holder | undefined {
    return this.#at(address, atNs);
  }

  /** Whether a container had a port of the host published at a moment. */
  hadPort(container: Container, port: Container["publishedPorts"][number], atNs: number): boolean {
    const holder = this.#at(portName(port), atNs);
    return holder === undefined || (holder !== "nobody" && holder.id === container.id);
  }

  #at(place: string, atNs: number): Holder | undefined {
    const tenures = this.#tenures.get(place);
    if (!tenures) return undefined;
    const byStart = tenures.toSorted((one, two) => one.fromNs - two.fromNs);
    const held = byStart.findLast(({ fromNs, untilNs }) => fromNs <= atNs && atNs <= untilNs);
    const next = byStart.find(({ fromNs }) => atNs < fromNs && fromNs - atNs <= PREPARED_NS);
    return (held ?? next)?.container ?? "nobody";
  }

  #hold(place: string, container: Container, fromNs: number): Tenure {
    const tenures = this.#of(place);
    const known = tenures.find((one) => one.container.id === container.id && one.untilNs === Number.POSITIVE_INFINITY);
    const tenure = known ?? { container, fromNs, untilNs: Number.POSITIVE_INFINITY };
    tenure.container = container;
    if (!known) tenures.push(tenure);
    return tenure;
  }

  #note(place: string, container: Container, nowNs: number): void {
    const tenures = this.#of(place);
    if (tenures.some((one) => one.container.id === container.id)) return;
    tenures.push({ container, fromNs: this.#lastNs, untilNs: nowNs });
  }

  #of(place: string): Tenure[] {
    const tenures = this.#tenures.get(place) ?? [];
    this.#tenures.set(place, tenures);
    return tenures;
  }
}

function placesOf({ addresses, publishedPorts }: Container): string[] {
  return [...addresses, ...publishedPorts.map(portName)];
}

function portName({ protocol, hostAddress = "", hostPort }: Container["publishedPorts"][number]): string {
  return `port ${protocol} ${hostPort} ${hostAddress}`;
}
