/** Colours there are for series and groups; style sheets define them, distinguishable for the colour-blind too. */
export const COLORS = 8;

/** How a line is drawn. */
export interface LineLook {
  /** A colour's number. */
  color: number;
  /** Lines of later rounds of colours are dashed. */
  round: number;
}

/** More looks than that are hard to tell from each other: then those of names that are gone are given anew. */
const MOST_LOOKS = 5 * COLORS;

/** Gives each name a look of its own that stays, whoever comes and goes: of its hash's colour, else of the next that is free. */
export class LookBook {
  readonly #given = new Map<string, LineLook>();
  readonly #taken = new Set<string>();

  /** Makes room for the looks of all these names, of which no two will be alike. */
  makeRoomFor(names: ReadonlySet<string>): void {
    if (new Set([...this.#given.keys(), ...names]).size > MOST_LOOKS) this.#forgetAllBut(names);
  }

  of(name: string): LineLook {
    const known = this.#given.get(name);
    if (known) return known;
    const look = this.#freeLook(colorOf(name));
    this.#given.set(name, look);
    this.#taken.add(keyOf(look));
    return look;
  }

  #freeLook(preferred: number): LineLook {
    for (let at = 0; ; at++) {
      const look = { color: (preferred + at) % COLORS, round: Math.floor(at / COLORS) };
      if (!this.#taken.has(keyOf(look))) return look;
    }
  }

  #forgetAllBut(names: ReadonlySet<string>): void {
    for (const [name, look] of this.#given) {
      if (names.has(name)) continue;
      this.#given.delete(name);
      this.#taken.delete(keyOf(look));
    }
  }
}

function keyOf({ color, round }: LineLook): string {
  return `${color} ${round}`;
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
