/** Colours there are for series and groups; style sheets define them, distinguishable for the colour-blind too. */
export const COLORS = 8;

/** Gives each name a colour's number that stays: by its hash, else the next one that is used least. */
export class ColorBook {
  readonly #given = new Map<string, { color: number; round: number }>();
  readonly #used = new Array<number>(COLORS).fill(0);

  of(name: string): number {
    return this.#give(name).color;
  }

  /** How many names had the same colour before: lines of a second round are dashed. */
  roundOf(name: string): number {
    return this.#give(name).round;
  }

  #give(name: string): { color: number; round: number } {
    const known = this.#given.get(name);
    if (known) return known;
    const color = this.#leastUsed(colorOf(name));
    const given = { color, round: this.#used[color] ?? 0 };
    this.#given.set(name, given);
    this.#used[color] = given.round + 1;
    return given;
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

/** A name's own number below `count`: the same in every picture, whoever else is in it. Others can have it too. */
export function colorOf(name: string, count = COLORS): number {
  return hash(name) % count;
}

/** A colour between those of a scale, written `#rrggbb`; `share` goes from 0 to 1. */
export function between(scale: readonly string[], share: number): string {
  const at = Math.min(1, Math.max(0, share)) * (scale.length - 1);
  const low = Math.min(Math.floor(at), scale.length - 2);
  const [from, to] = [channels(scale[low] ?? "#000000"), channels(scale[low + 1] ?? "#000000")];
  const mixed = from.map((value, index) => Math.round(value + ((to[index] ?? 0) - value) * (at - low)));
  return `rgb(${mixed.join(", ")})`;
}

function channels(color: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
}

/** By this start the map's own words (this host, world, …) and this stack's name have each a colour of their own. */
const START = 25;

/** FNV-1a with a start of our own, folded, since only the last bits are used. */
function hash(text: string): number {
  let value = START;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return (value ^ (value >>> 16)) >>> 0;
}
