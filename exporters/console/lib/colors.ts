/** Colours there are for series and groups; style sheets define them, told apart also by the colour-blind. */
export const COLORS = 8;

/** Gives each name a colour's number that stays: by its hash, else the next one that is used least. */
export class ColorBook {
  readonly #given = new Map<string, number>();
  readonly #used = new Array<number>(COLORS).fill(0);

  of(name: string): number {
    const known = this.#given.get(name);
    if (known !== undefined) return known;
    const color = this.#leastUsed(hash(name) % COLORS);
    this.#given.set(name, color);
    this.#used[color] = (this.#used[color] ?? 0) + 1;
    return color;
  }

  #leastUsed(preferred: number): number {
    const least = Math.min(...this.#used);
    for (let step = 0; step < COLORS; step++) {
      const color = (preferred + step) % COLORS;
      if (this.#used[color] === least) return color;
    }
    return preferred;
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
}
