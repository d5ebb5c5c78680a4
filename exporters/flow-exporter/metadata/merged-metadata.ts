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
  /** By the one of the first source: an endpoint is told from another by its container's object. */
  readonly #merged = new WeakMap<Container, { other: Container; merged: Container }>();

  constructor(sources: readonly MetadataSource[]) {
    this.#sources = sources;
  }

  get containers(): readonly Container[] {
    return this.#merge(({ containers }) => containers);
  }

  get known(): Container[] {
    return this.#merge(({ known }) => known);
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

  #merge(listOf: (source: MetadataSource) => readonly Container[]): Container[] {
    const byId = new Map<string, Container>();
    for (const one of this.#sources.flatMap(listOf)) {
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
