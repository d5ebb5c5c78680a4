import assert from "node:assert/strict";
import type { Transaction, TransactionsPage } from "../../../../exporters/flow-exporter/outputs/http/answers.ts";
import { eventually } from "../../../integration/lib/eventually.ts";
import { agents, ask } from "../../lib/agent.ts";
import { ANSWERED, SENT } from "../../lib/workload.ts";

/** Flows are told every ten seconds, from two nodes. */
export const TOLD_SECONDS = 60;

/** A pod, as a transaction names it, and its node. */
export type End = readonly [pod: string, node: string];

/** What a transaction says of who has talked to whom, and of the bytes that each end has sent and received. */
export interface Shown {
  halves: string;
  apart: string | null;
  source: End | null;
  destination: End | null;
  client: [sent: number, received: number] | null;
  server: [sent: number, received: number] | null;
}

/** Of one connection of the workload's, as both nodes know it. */
export function joined(source: End, destination: End): Shown {
  return { halves: "both", apart: null, source, destination, client: [SENT, ANSWERED], server: [ANSWERED, SENT] };
}

export function shown({ halves, apart, source, destination, client, server }: Transaction): Shown {
  const bytesOf = (half: Transaction["client"]): Shown["client"] => half && [half.sent_bytes, half.received_bytes];
  const endOf = (end: Transaction["source"]): End | null => end && [end.name, end.node];
  return {
    ...{ halves, apart },
    ...{ source: endOf(source), destination: endOf(destination) },
    ...{ client: bytesOf(client), server: bytesOf(server) },
  };
}

type Query = Readonly<Record<string, string>>;

/** The transactions that a question finds, once they pass an examination on each of the nodes; those of the last one. */
export async function transactions(
  query: Query,
  examine: (rows: readonly Transaction[]) => unknown,
): Promise<readonly Transaction[]> {
  const words = new URLSearchParams({ limit: "1000", ...query });
  let rows: readonly Transaction[] = [];
  for (const agent of await agents()) {
    await eventually(TOLD_SECONDS, async () => {
      rows = (await ask<TransactionsPage>(agent, `/api/transactions?${words}`)).transactions;
      await examine(rows);
    });
  }
  return rows;
}

/** The same, once there are so many connections of the workload, and each is joined as it should be. */
export function joinedTransactions(query: Query, expected: readonly Shown[]): Promise<readonly Transaction[]> {
  return transactions(query, (rows) => assert.deepEqual(sorted(rows.map(shown)), sorted(expected)));
}

function sorted<T>(values: readonly T[]): T[] {
  const textOf = (value: T) => JSON.stringify(value);
  return values.toSorted((one, other) => (textOf(one) < textOf(other) ? -1 : 1));
}

/** As many as there are connections. */
export function times<T>(count: number, value: T): T[] {
  return Array.from({ length: count }, () => value);
}

/** How the nodes say the addresses of both ends are translated. */
export function translations(rows: readonly Transaction[]): string[] {
  return [...new Set(rows.map(({ client, server }) => `${client?.nat} ${server?.nat}`))].sort();
}

/** The port that a client's own socket has, however it is called on the wire. */
export function callersPort({ client }: Transaction): string {
  return client?.socket_key.split("-").at(-2) ?? "";
}
