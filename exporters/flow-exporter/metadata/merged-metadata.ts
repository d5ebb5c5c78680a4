import type { Container } from "../model/container.ts";
import type { MetadataSource } from "../model/metadata-source.ts";
import type { Pod } from "../model/pod.ts";
import type { Service } from "../model/service.ts";

/**
 * What all sources know, each of which may be missing. Of a container that two know, the one that knows its pod says what it
 * is called: an engine that Kubernetes starts its containers with knows pods by labels only, which an image can have too.
 */
export class MergedMetadata implements MetadataSource {
  readonly #sources: readonly MetadataSource[];
  readonly #running = new LastList();
  readonly #all = new LastList();
  /** By the one of the first source: an endpoint is told from another by its container's object. */
  readonly #merged = new WeakMap<Container, { other: Container; merged: Container }>();

  constructor(sources: readonly MetadataSource[]) {
    this.#sources = sources;
  }

  get containers(): readonly Container[] {
    return this.#running.of(
      this.#sources.map(({ containers }) => containers),
      (lists) => this.#merge(lists),
    );
  }

  get known(): readonly Container[] {
    return this.#all.of(
      this.#sources.map(({ known }) => known),
      (lists) => this.#merge(lists),
    );
  }

  get gone(): Container[] {
    const running = new Set(this.#sources.flatMap(({ containers }) => containers.map(({ id }) => id)));
    return this.known.filter(({ id }) => !running.has(id));
  }

  get knownPods(): readonly Pod[] {
    return this.#sources.flatMap(({ knownPods }) => knownPods);
  }

  get services(): readonly Service[] {
    return this.#sources.flatMap(({ services }) => services);
  }

  get version(): number {
    return this.#sources.reduce((sum, { version }) => sum + version, 0);
  }

  /** While one does not answer, it is not known whether something has changed. */
  get up(): boolean {
    return this.#sources.length > 0 && this.#sources.every(({ up }) => up);
  }

  async refresh(): Promise<void> {
    await Promise.all(this.#sources.map((source) => source.refresh()));
  }

  restore(containers: Iterable<Container>): void {
    const all = [...containers];
    for (const source of this.#sources) source.restore(all);
  }

  #merge(lists: readonly (readonly Container[])[]): Container[] {
    const byId = new Map<string, Container>();
    for (const one of lists.flat()) {
      const before = byId.get(one.id);
      byId.set(one.id, before ? this.#both(before, one) : one);
    }
    return [...byId.values()];
  }

  #both(one: Container, other: Container): Container {
    const known = this.#merged.get(one);
    if (known?.other === other) return known.merged;
    const [named, rest] = one.podUid === undefined ? [other, one] : [one, other];
    const { name, pod, namespace, podUid, podOwner, addresses, publishedPorts } = named;
    const made = podOwner === undefined ? {} : { podOwner };
    const merged = { ...rest, name, pod, namespace, podUid, ...made, addresses, publishedPorts };
    this.#merged.set(one, { other, merged });
    return merged;
  }
}

type List = readonly Container[];

/** What was made last, which is asked for several times a second while the sources' lists change every ten. */
class LastList {
  #from: readonly List[] = [];
  #made: List | undefined;

  of(lists: readonly List[], make: (lists: readonly List[]) => List): List {
    const isSame = this.#from.length === lists.length && lists.every((list, at) => list === this.#from[at]);
    if (isSame && this.#made) return this.#made;
    this.#from = lists;
    this.#made = make(lists);
    return this.#made;
  }
}
