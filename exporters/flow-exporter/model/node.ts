/** A machine of a cluster. */
export interface Node {
  /** Empty: not known. */
  name: string;
  /** Where the other machines reach it; empty: not known. */
  address: string;
}
