/** Where an input is drawn from: a range of whole or of any numbers, and whether small ones are as likely as large ones by ratio. */
export interface Range {
  from: number;
  to: number;
  isWhole?: true;
  /** Evenly in its logarithm: from 10 to 1000, a half lies below 100. */
  byRatio?: true;
  /** What it is, for the documentation. */
  about: string;
}

export type Inputs = Readonly<Record<string, number>>;

/** The inputs of one run of a job: the same for the same job and number, whatever was drawn before. */
export function drawInputs(job: string, run: number, ranges: Readonly<Record<string, Range>>): Inputs {
  const next = randomNumbers(seedOf(`${job}/${run}`));
  const seed = Math.floor(next() * 2 ** 31);
  const drawn = Object.entries(ranges).map(([name, range]) => [name, within(range, next())]);
  return { seed, ...Object.fromEntries(drawn) };
}

function within({ from, to, isWhole, byRatio }: Range, part: number): number {
  // A whole number's upper end is as likely as all others.
  const end = isWhole ? to + 1 : to;
  const value = byRatio ? from * (end / from) ** part : from + part * (end - from);
  return isWhole ? Math.floor(value) : Number(value.toPrecision(4));
}

/** FNV-1a: 32 bits that a text stands for. */
function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/** Mulberry32: numbers from 0 to below 1, the same on every machine and with every version of Node. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
