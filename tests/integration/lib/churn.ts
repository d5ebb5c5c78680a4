import { createInterface } from "node:readline";
import { setInterval as every } from "node:timers/promises";
import { execa } from "execa";
import { type ClosedRow, takeClosed } from "./rows.ts";
import { compileWorkload } from "./workload.ts";

/** One end of a short connection, as tests/workloads/churn.c or endings.c prints it. */
export interface ShortEnd {
  cookie: string;
  sent: number;
  received: number;
  /** What kind of end, for messages. */
  what: string;
}

/** Runs a workload to its end, while a reader takes the flows that ended, several times a second. */
export async function runPolled(pins: string, command: string[]): Promise<{ lines: string[][]; rows: ClosedRow[] }> {
  const [file = "", ...args] = command;
  const rows = takeClosed(pins);
  rows.length = 0; // of whatever ran before
  const child = execa(file, args, { buffer: { stdout: false, stderr: true } });
  const ended = new AbortController();
  const reader = pollUntil(ended.signal, pins, rows);
  const lines: string[][] = [];
  try {
    for await (const line of createInterface(child.stdout)) lines.push(line.split(" "));
    await child;
  } finally {
    ended.abort();
    await reader;
  }
  return { lines, rows };
}

/** Runs a churn that no one reads meanwhile. */
export async function runUnread(pins: string, connections: number): Promise<{ lines: string[][] }> {
  takeClosed(pins);
  const { stdout } = await execa(await compileWorkload("churn"), [`${connections}`, "2"]);
  return { lines: stdout.split("\n").map((line) => line.split(" ")) };
}

async function pollUntil(signal: AbortSignal, pins: string, rows: ClosedRow[]): Promise<void> {
  try {
    for await (const _ of every(50, undefined, { signal })) rows.push(...takeClosed(pins));
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Lines of churn.c, "cookie role mode sent received". */
export function churnEnds(lines: string[][]): ShortEnd[] {
  return lines.map(([cookie = "", role, mode, sent, received]) => ({
    cookie,
    sent: Number(sent),
    received: Number(received),
    what: `${role} of mode ${mode}`,
  }));
}

/** What is wrong with the rows of these ends, counted: empty when each has one row, exact to the byte. */
export function faults(ends: ShortEnd[], rows: ClosedRow[]): Record<string, number> {
  const found: Record<string, number> = {};
  const note = (fault: string) => {
    found[fault] = (found[fault] ?? 0) + 1;
  };
  const byCookie = Map.groupBy(rows, (row) => row.cookie);
  for (const end of ends) {
    const [row, second] = byCookie.get(end.cookie) ?? [];
    if (!row) note(`${end.what}: missing`);
    else if (row.sent !== end.sent || row.received !== end.received) note(`${end.what}: not exact`);
    if (second) note(`${end.what}: twice`);
  }
  if (new Set(rows.map((row) => row.sequence)).size !== rows.length) note("a sequence: twice");
  return found;
}
