import { z } from "zod";
import { median } from "../lib/stats.ts";

/** What is counted: instructions for each of these. */
export const KINDS = ["connection", "datagram", "megabyte"] as const;
export type Kind = (typeof KINDS)[number];

/** Instructions for one of each kind. */
export type Costs = Readonly<Record<Kind, number>>;

/** A BPF program as the kernel's statistics have it. Nanoseconds are instructions in a machine that counts them. */
interface ProgramCount {
  name: string;
  runs: number;
  instructions: number;
}

/** What a machine printed on its console. */
export interface Console {
  /** The middle one of what was printed under this name. @throws Error where nothing was */
  number(name: string, what: string): number;
  /** All that was printed under this name, added up. @throws Error where nothing was */
  sum(name: string, what: string): number;
  /** Of all three kinds. @throws Error where one was not counted under this name */
  costs(name: string): Costs;
  /** The BPF programs that ran between two moments, the costliest first. */
  programs(from: string, to: string): ProgramCount[];
}

const programSchema = z.array(
  z.object({
    id: z.number(),
    name: z.string().default(""),
    run_cnt: z.number().default(0),
    run_time_ns: z.number().default(0),
  }),
);

/**
 * Reads the lines `count NAME WHAT NUMBER` and `programs MOMENT JSON`.
 * @throws Error with the last lines unless the machine came to its end
 */
export function readConsole(lines: readonly string[]): Console {
  if (!lines.includes("finished")) throw new Error(`the machine did not finish:\n${lines.slice(-8).join("\n")}`);
  const all = (name: string, what: string) => {
    const found = lines.flatMap((line) => {
      const [, key, told] = /^count (\S+ \S+) (\d+)$/.exec(line) ?? [];
      return key === `${name} ${what}` ? [Number(told)] : [];
    });
    if (found.length === 0) throw new Error(`nothing was printed of ${what} under "${name}"`);
    return found;
  };
  const number = (name: string, what: string) => median(all(name, what));
  const sum = (name: string, what: string) => all(name, what).reduce((total, one) => total + one, 0);
  const costs = (name: string) => eachKind((kind) => number(name, kind));
  return { number, sum, costs, programs: (from, to) => between(programsAt(lines, from), programsAt(lines, to)) };
}

function programsAt(lines: readonly string[], moment: string) {
  const start = `programs ${moment} `;
  const line = lines.find((each) => each.startsWith(start));
  if (line === undefined) throw new Error(`no programs were listed as of "${moment}"`);
  return programSchema.parse(JSON.parse(line.slice(start.length)));
}

type Listed = z.infer<typeof programSchema>;

function between(from: Listed, to: Listed): ProgramCount[] {
  const before = new Map(from.map((program) => [program.id, program]));
  return to
    .map(({ id, name, run_cnt, run_time_ns }) => ({
      name,
      runs: run_cnt - (before.get(id)?.run_cnt ?? 0),
      instructions: run_time_ns - (before.get(id)?.run_time_ns ?? 0),
    }))
    .filter(({ runs }) => runs > 0)
    .sort((a, b) => b.instructions - a.instructions);
}

/** Of each kind: what `make` makes of it. */
export function eachKind(make: (kind: Kind) => number): Costs {
  return { connection: make("connection"), datagram: make("datagram"), megabyte: make("megabyte") };
}

/** What `on` takes more than `off`. */
export function added(on: Costs, off: Costs): Costs {
  return eachKind((kind) => on[kind] - off[kind]);
}
