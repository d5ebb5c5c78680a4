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
 * Runs lanes beside each other, each to its end, whatever becomes of the others, and begins with none that another one of
 * these would disturb; their lines begin with their name.
 * @param lanes each one after those that it waits for
 */
export function runLanes(lanes: readonly Lane[], signal: AbortSignal): Promise<readonly End[]> {
  const width = Math.max(...lanes.map(({ name }) => name.length));
  const ends = new Map<string, Promise<End>>();
  for (const lane of lanes) {
    const disturbing = lane.after.map((name) => ends.get(name));
    const print = (line: string) => console.log(`${lane.name.padEnd(width)} | ${line}`);
    ends.set(
      lane.name,
      Promise.all(disturbing).then(() => run(lane, signal, print)),
    );
  }
  return Promise.all(ends.values());
}

/** The same lanes, one after the other. */
export function inTurn(lanes: readonly Lane[]): readonly Lane[] {
  return lanes.map((lane, index) => ({ ...lane, after: lanes.slice(0, index).map(({ name }) => name) }));
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
