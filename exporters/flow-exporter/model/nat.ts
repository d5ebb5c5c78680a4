import type { Nat } from "./transaction.ts";

/** How it is with what the kernel says of translated addresses. */
export interface NatStatus {
  /** Why it cannot be read; "": it can; undefined: there was no need yet. */
  fault: string | undefined;
  /** The fault is that this kernel has nothing to read, and never will. */
  isAbsent: boolean;
  /** Translated connections in the last reading. */
  translations: number;
  /** The last reading ended before its end. */
  isCutOff: boolean;
  /** What the last reading took. */
  readSeconds: number;
  /** Halves of transactions that were looked up, by what came of it. */
  halves: Readonly<Record<Exclude<Nat, "local">, number>>;
}
