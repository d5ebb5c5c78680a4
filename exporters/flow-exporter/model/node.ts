/** A machine of a cluster. */
export interface Node {
  /** Empty: not known. */
  name: string;
  /** Where the other machines reach it; empty: not known. */
  address: string;
}

/** A name that machines have that nobody has given one. */
const NAMELESS = /^(localhost(\..*)?)?$/;

export function isNameless(name: string): boolean {
  return NAMELESS.test(name);
}
