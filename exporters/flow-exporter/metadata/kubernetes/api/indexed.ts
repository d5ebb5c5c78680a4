import type { Changes } from "./messages.ts";

/** Values by their keys, and by the places that each has. */
export class Indexed<Value> {
  readonly #values = new Map<string, Value>();
  /** Lists, as there can be as many as a cluster has pods, each with one or two keys. */
  readonly #keys = new Map<string, readonly string[]>();
  readonly #placesOf: (value: Value) => readonly string[];

  constructor(placesOf: (value: Value) => readonly string[]) {
    this.#placesOf = placesOf;
  }

  take({ isWhole, set, removed }: Changes<Value>): void {
    const present = new Set(set.map(([key]) => key));
    const gone = isWhole ? [...this.#values.keys()].filter((key) => !present.has(key)) : removed;
    for (const key of [...gone, ...present]) this.#remove(key);
    for (const [key, value] of set) this.#add(key, value);
  }

  at(place: string): Value[] {
    return (this.#keys.get(place) ?? []).flatMap((key) => this.#values.get(key) ?? []);
  }

  #add(key: string, value: Value): void {
    this.#values.set(key, value);
    for (const place of this.#placesOf(value)) {
      const keys = this.#keys.get(place) ?? [];
      if (!keys.includes(key)) this.#keys.set(place, [...keys, key]);
    }
  }

  #remove(key: string): void {
    const value = this.#values.get(key);
    if (value === undefined) return;
    this.#values.delete(key);
    for (const place of this.#placesOf(value)) {
      const keys = (this.#keys.get(place) ?? []).filter((one) => one !== key);
      if (keys.length > 0) this.#keys.set(place, keys);
      else this.#keys.delete(place);
    }
  }
}
