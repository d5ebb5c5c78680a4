import type { Changes } from "./messages.ts";

/** Values by their keys, and by the places that each has. */
export class Indexed<Value> {
  readonly #values = new Map<string, Value>();
  /** One key as it is, as there can be as many places as a cluster has pods, each with one; sets of several, as one place can be that of all. */
  readonly #keys = new Map<string, string | Set<string>>();
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
    const keys = this.#keys.get(place);
    if (keys === undefined) return [];
    return (typeof keys === "string" ? [keys] : [...keys]).flatMap((key) => this.#values.get(key) ?? []);
  }

  #add(key: string, value: Value): void {
    this.#values.set(key, value);
    for (const place of this.#placesOf(value)) {
      const keys = this.#keys.get(place);
      if (keys === undefined) this.#keys.set(place, key);
      else if (typeof keys !== "string") keys.add(key);
      else if (keys !== key) this.#keys.set(place, new Set([keys, key]));
    }
  }

  #remove(key: string): void {
    const value = this.#values.get(key);
    if (value === undefined) return;
    this.#values.delete(key);
    for (const place of this.#placesOf(value)) {
      const keys = this.#keys.get(place);
      if (keys === undefined) continue;
      if (typeof keys !== "string") keys.delete(key);
      if (typeof keys === "string" ? keys === key : keys.size === 0) this.#keys.delete(place);
    }
  }
}
