import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { type Costs, KINDS } from "./console.ts";

const costsSchema = z.object({ connection: z.number(), datagram: z.number(), megabyte: z.number() });
const figuresSchema = z.record(z.string(), z.object({ release: z.string(), off: costsSchema, added: costsSchema }));

/** By kernel: what the load takes on the loopback, and what flow-tracer adds with all it counts. */
export type Figures = z.infer<typeof figuresSchema>;

const FILE = path.join(import.meta.dirname, "figures.json");

/**
 * What may be added on top of the figures that are kept, without being a regression: 3 % of what is added, because
 * that is what we answer for (3 % of all a connection takes would be as much again as we add to it), and these. The same
 * tracer differs by half of each from one run to the next, when the kernel's own work falls elsewhere, and another
 * compiler's code by less; 300 instructions more on a connection are found, and on a megabyte a program that is run for each packet is.
 */
const ROOM_SHARE = 0.03;
const ROOM: Costs = { connection: 150, datagram: 40, megabyte: 1_500 };

/** What was measured when the benchmark last ran in full. */
export async function keptFigures(): Promise<Figures> {
  return figuresSchema.parse(JSON.parse(await readFile(FILE, "utf8")));
}

export async function keepFigures(figures: Figures): Promise<void> {
  const whole = (_: string, value: unknown) => (typeof value === "number" ? Math.round(value) : value);
  await writeFile(FILE, `${JSON.stringify(figures, whole, 2)}\n`);
}

/** What is dearer than it was, a sentence each. */
export function regressions(added: Costs, kept: Costs): string[] {
  return KINDS.flatMap((kind) => {
    const most = Math.max(kept[kind], 0) * (1 + ROOM_SHARE) + ROOM[kind];
    const now = Math.round(added[kind]);
    return added[kind] > most
      ? [`a ${kind} costs ${now} instructions more than without, at most ${Math.round(most)} are kept`]
      : [];
  });
}
