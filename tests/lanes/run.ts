import { createInterface } from "node:readline";
import { execa } from "execa";
import { ROOT } from "../integration/lib/launcher.ts";
import type { Lane } from "./lanes.ts";

/** How a lane ended. */
export interface End {
  name: string;
  hasPassed: boolean;
  seconds: number;
}

/**
 * Runs these lanes beside each other, then those that are to be alone, each to its end, whatever becomes of the others;
 * their lines begin with their name.
 */
export async function runLanes(lanes: readonly Lane[], signal: AbortSignal): Promise<readonly End[]> {
  const width = Math.max(...lanes.map(({ name }) => name.length));
  const start = (lane: Lane) => run(lane, signal, (line) => console.log(`${lane.name.padEnd(width)} | ${line}`));
  const ends = await Promise.all(lanes.filter(({ isAlone }) => !isAlone).map(start));
  for (const lane of lanes.filter(({ isAlone }) => isAlone)) ends.push(await start(lane));
  return ends;
}

async function run({ name, files }: Lane, signal: AbortSignal, print: (line: string) => void): Promise<End> {
  const start = performance.now();
  const options = {
    cwd: ROOT,
    reject: false,
    all: true,
    buffer: false,
    stdin: "ignore",
    cancelSignal: signal,
  } as const;
  const child = execa(process.execPath, ["--test", "--test-concurrency=1", ...files], options);
  for await (const line of createInterface(child.all)) print(line);
  const { exitCode } = await child;
  return { name, hasPassed: exitCode === 0, seconds: (performance.now() - start) / 1000 };
}

/** A line for each lane. */
export function renderEnds(ends: readonly End[]): string {
  const lines = ends.map(({ name, hasPassed, seconds }) => {
    const took = `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
    return `lane ${name}: ${hasPassed ? "passed" : "FAILED"} after ${took}`;
  });
  return lines.join("\n");
}
