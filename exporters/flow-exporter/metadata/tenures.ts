import type { Container } from "../model/container.ts";

/** How long before its first process a container's address and ports can be called: the engine prepares them before. */
const PREPARED_NS = 3e9;

/** How late Docker can report a container. */
const LATE_NS = 10e9;

interface Tenure {
  container: Container;
  fromNs: number;
  /** Infinity: it has it still. */
  untilNs: number;
  /** So long before it can have been called already. */
  preparedNs: number;
}

/** What the next exporter must know, times in nanoseconds since boot. */
export interface TenuresState {
  /** Up to when Docker has reported all changes. */
  toldNs: number;
  /** `untilNs` left out: the container had it still. */
  held: { place: string; containerId: string; fromNs: number; untilNs?: number | undefined; preparedNs: number }[];
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
  /** The containers of Docker's last answer. */
  #known: ReadonlySet<string> = new Set();

  /** `keptNs`: how long one is remembered after it ended. */
  constructor(keptNs: number) {
    this.#keptNs = keptNs;
  }

  /** For the next exporter: an address can have gone to another container while none runs. */
  get state(): TenuresState {
    const held = [...this.#tenures].flatMap(([place, tenures]) =>
      tenures.map(({ container, untilNs, ...times }) => {
        const until = untilNs === Number.POSITIVE_INFINITY ? {} : { untilNs };
        return { place, containerId: container.id, ...times, ...until };
      }),
    );
    return { toldNs: this.#lastNs, held };
  }

  /** Goes on where an earlier exporter was; one whose container is not among those that it knew is left out. */
  restore({ toldNs, held }: TenuresState, known: Iterable<Container>): void {
    const byId = new Map([...known].map((container) => [container.id, container]));
    this.#lastNs = toldNs;
    this.#known = new Set(byId.keys());
    for (const { place, containerId, untilNs = Number.POSITIVE_INFINITY, ...times } of held) {
      const container = byId.get(containerId);
      if (container) this.#of(place).push({ container, ...times, untilNs });
    }
  }

  /**
   * Takes in what Docker has reported: those that run, and those that are gone, which may have come and gone since it was
   * last asked. `startOf`: when a container's first process began; undefined where that is not known.
   */
  update(
    running: readonly Container[],
    gone: readonly Container[],
    startOf: (container: Container) => number | undefined,
    nowNs: number,
  ): void {
    const held = running.flatMap((container) => placesOf(container).map((place) => ({ place, container })));
    const lasting = held.map(({ place, container }) => this.#goOn(place, container));
    const current = new Set(lasting.filter((one) => one !== undefined));
    for (const [index, { place, container }] of held.entries()) {
      if (!lasting[index]) current.add(this.#start(place, container, startOf(container) ?? 0, nowNs, current));
    }
    for (const container of gone) for (const place of placesOf(container)) this.#note(place, container, nowNs);
    for (const [place, tenures] of this.#tenures) {
      for (const one of tenures) if (!current.has(one)) one.untilNs = Math.min(one.untilNs, nowNs);
      const kept = tenures.filter(({ untilNs }) => nowNs - untilNs <= this.#keptNs);
      if (kept.length > 0) this.#tenures.set(place, kept);
      else this.#tenures.delete(place);
    }
    this.#lastNs = nowNs;
    this.#known = new Set([...running, ...gone].map(({ id }) => id));
  }

  /** Docker has reported no change up to now. */
  confirm(nowNs: number): void {
    this.#lastNs = nowNs;
  }

  /** Who had an address at a moment; undefined: it has been no container's. */
  ofAddress(address: string, atNs: number): Holder | undefined {
    return this.#at(address, atNs);
  }

  /** Whether it has been any container's address. */
  isKnown(address: string): boolean {
    return this.#tenures.has(address);
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
    const next = byStart.find(({ fromNs, preparedNs }) => atNs < fromNs && fromNs - atNs <= preparedNs);
    return (held ?? next)?.container ?? "nobody";
  }

  /** The tenure of a container that has had something already. */
  #goOn(place: string, container: Container): Tenure | undefined {
    const known = this.#of(place).find((one) => one.container.id === container.id && isLasting(one));
    if (known) known.container = container;
    return known;
  }

  /** A new one; `current`: those that go on. */
  #start(place: string, container: Container, startNs: number, nowNs: number, current: ReadonlySet<Tenure>): Tenure {
    const tenures = this.#of(place);
    const left = tenures.filter((one) => isLasting(one) && !current.has(one));
    const times = left.length > 0 ? this.#inherit(left, container, startNs, nowNs) : this.#begin(startNs);
    const tenure = { container, ...times, untilNs: Number.POSITIVE_INFINITY };
    tenures.push(tenure);
    return tenure;
  }

  #begin(startNs: number) {
    return { fromNs: Math.max(startNs, this.#lastNs), preparedNs: PREPARED_NS };
  }

  /** Who ran long before can have got it at any time since: until now it is nobody's for sure. */
  #inherit(from: readonly Tenure[], { id }: Container, startNs: number, nowNs: number) {
    const isNew = !this.#known.has(id) && startNs >= this.#lastNs - LATE_NS;
    if (isNew) return { fromNs: startNs, preparedNs: PREPARED_NS };
    for (const one of from) one.untilNs = this.#lastNs;
    return { fromNs: nowNs, preparedNs: 0 };
  }

  #note(place: string, container: Container, nowNs: number): void {
    const tenures = this.#of(place);
    if (tenures.some((one) => one.container.id === container.id)) return;
    tenures.push({ container, fromNs: this.#lastNs, untilNs: nowNs, preparedNs: PREPARED_NS });
  }

  #of(place: string): Tenure[] {
    const tenures = this.#tenures.get(place) ?? [];
    this.#tenures.set(place, tenures);
    return tenures;
  }
}

function isLasting({ untilNs }: Tenure): boolean {
  return untilNs === Number.POSITIVE_INFINITY;
}

function placesOf({ addresses, publishedPorts }: Container): string[] {
  return [...new Set([...addresses, ...publishedPorts.map(portName)])];
}

function portName({ protocol, hostAddress = "", hostPort }: Container["publishedPorts"][number]): string {
  return `port ${protocol} ${hostPort} ${hostAddress}`;
}
