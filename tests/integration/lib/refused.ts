import { readPin, readPrograms } from "./rows.ts";
import type { Tracer } from "./tracer.ts";

/** How often the kernel did not enter each of the tracer's programs because it was running already on that CPU. */
export function refusedRuns({ pins, pid }: Pick<Tracer, "pins" | "pid">): Map<string, number> {
  readPin(pins, "owners"); // shows who holds a program
  const own = [...readPrograms(pins).values()].filter((row) => row.holderPid === pid && row.recursionMisses > 0);
  return new Map(own.map((row) => [row.name, row.recursionMisses]));
}
