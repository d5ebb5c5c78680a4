import { type Side, type TransactionHalf, transactionKey } from "../model/transaction.ts";

/** Halves that one statement can write: of one side, and no two of one key. */
export interface Batch {
  side: Side;
  halves: readonly TransactionHalf[];
}

/**
 * Sorts halves into groups of batches: one group after the other, since of two halves of one key the one that started first goes
 * first; the batches of one group have no key in common and can be written at once. All are in the order of their keys, so
 * that two writers of the same keys wait for each other and do not lock each other out.
 */
export function batchesOf(halves: readonly TransactionHalf[], maxSize: number): Batch[][] {
  const rounds: TransactionHalf[][] = [];
  const seen = new Map<string, number>();
  for (const { half, key } of sorted(halves)) {
    const round = seen.get(key) ?? 0;
    seen.set(key, round + 1);
    const members = rounds[round] ?? [];
    rounds[round] = members;
    members.push(half);
  }
  const groups = rounds.flatMap((round) => [sideOf(round, "client", maxSize), sideOf(round, "server", maxSize)]);
  return groups.filter((group) => group.length > 0);
}

function sorted(halves: readonly TransactionHalf[]): { half: TransactionHalf; key: string }[] {
  const keyed = halves.map((half) => ({ half, key: `${half.protocol} ${half.side} ${transactionKey(half)}` }));
  return keyed.sort((a, b) => compare(a.key, b.key) || a.half.startNs - b.half.startNs);
}

/** By code units: what locale a process has must not change the order. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function sideOf(round: readonly TransactionHalf[], side: Side, maxSize: number): Batch[] {
  const halves = round.filter((half) => half.side === side);
  const count = Math.ceil(halves.length / maxSize);
  return Array.from({ length: count }, (_, at) => ({ side, halves: halves.slice(at * maxSize, (at + 1) * maxSize) }));
}
