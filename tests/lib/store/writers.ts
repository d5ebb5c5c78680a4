import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

const WRITER = path.join(import.meta.dirname, "writer.ts");

/** What a writer says a flow has sent: each writer has the largest value of some flows. */
export function sentBy(key: number, writer: number): number {
  return 1_000 + ((key * 7 + writer * 13) % 101);
}

/** Starts a process that writes the same keys as the others, once; or again and again, one more byte with each round. */
export function startWriter(address: string, keys: number, number: number, forever = false): ChildProcess {
  const words = [WRITER, address, `${keys}`, `${number}`, ...(forever ? ["forever"] : [])];
  return spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
}

/** @returns once it has written `rounds` rounds. Rejects where it ends before that. */
export async function written(writer: ChildProcess, rounds: number): Promise<void> {
  for await (const chunk of writer.stdout ?? [])
    if (`${chunk}`.split("\n").some((line) => Number(line) >= rounds)) return;
  throw new Error(`the writer ended before round ${rounds}`);
}

/** The exit code; null: a signal has ended it. */
export async function ended(writer: ChildProcess): Promise<number | null> {
  if (writer.exitCode === null && writer.signalCode === null) await once(writer, "exit");
  return writer.exitCode;
}
