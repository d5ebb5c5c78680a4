import assert from "node:assert/strict";
import { runTracerBy } from "./tracer.ts";

/** A line of the tracer's log. */
export interface Line {
  level: string;
  code: string;
  message: string;
}

/** The one line that a tracer says as it refuses to work, run by another command; any other end is a failure. */
export async function onlyLine(command: readonly string[], ...args: string[]): Promise<Line> {
  const { exitCode, stdout, stderr } = await runTracerBy(command, ...args);
  assert.deepEqual([exitCode, stdout, stderr.split("\n").length], [1, "", 1], stderr);
  return JSON.parse(stderr) as Line;
}
