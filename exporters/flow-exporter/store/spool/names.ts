/** What the name of an entry's file says of it. */
export interface Named {
  name: string;
  /** Later entries have larger ones. */
  sequence: number;
  /** How many rows it has, so that one that is dropped can be counted without being read. */
  rows: number;
}

const DIGITS = 12;
const NAME = /^(\d{12})-(\d+)\.json$/;

/** Names sort as their sequence does. */
export function entryName(sequence: number, rows: number): string {
  return `${`${sequence}`.padStart(DIGITS, "0")}-${rows}.json`;
}

/** Undefined: it is no entry's. */
export function parseName(name: string): Named | undefined {
  const [, sequence, rows] = NAME.exec(name) ?? [];
  return sequence === undefined ? undefined : { name, sequence: Number(sequence), rows: Number(rows) };
}
