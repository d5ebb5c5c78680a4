import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { Written } from "../load/agents.ts";

const PROGRAM = path.join(import.meta.dirname, "../load/agents.ts");

/** How many agents write how much. */
export interface Fleet {
  agents: number;
  /** That have changed in each interval. */
  flows: number;
  intervalMs: number;
  snapshots: number;
}

/** What came of each snapshot, and what was looked up while all were connected. */
export interface Outcome<Seen> {
  written: readonly Written[];
  seen: Seen;
}

/** Runs agents in a process of their own, to the end of their last snapshot. @param look asked once all have written */
export async function runFleet<Seen>(
  address: string,
  { agents, flows, intervalMs, snapshots }: Fleet,
  { signal, look }: { signal: AbortSignal; look(): Promise<Seen> },
): Promise<Outcome<Seen>> {
  const words = [address, ...[agents, flows, intervalMs, snapshots].map(String)];
  const program = fork(PROGRAM, words, { signal, killSignal: "SIGKILL" });
  const end = once(program, "exit");
  const answer = async <Answer>() => {
    const failed = end.then(([code]): never => {
      throw new Error(`the agents ended with ${code}`);
    });
    failed.catch(() => {});
    return (await Promise.race([once(program, "message"), failed]))[0] as Answer;
  };
  try {
    await answer<"ready">();
    program.send("start");
    const written = await answer<Written[]>();
    return { written, seen: await look() };
  } finally {
    if (program.connected) program.disconnect();
    await end.catch(() => {});
  }
}
