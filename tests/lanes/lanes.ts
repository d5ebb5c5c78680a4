import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { UsageError } from "../../start/errors.ts";
import { ROOT } from "../integration/lib/launcher.ts";

/** Files of tests that run one after the other, while those of the other lanes run beside them. */
export interface Lane {
  name: string;
  /** Below the project's root, sorted: in the order in which Node runs them. */
  files: readonly string[];
  /** Names of the lanes that must have ended before it begins. */
  after: readonly string[];
}

const TESTS = "tests/{browser,integration,kernels}/**/*.test.ts";
/** Whoever imports it starts and stops the stack of the tests, of which there is one at a time. */
const STACK = "tests/integration/lib/test-stack.ts";
/** It sets `kernel.bpf_stats_enabled` and puts it back, which a stack that runs has set for itself. */
const SETS_WHAT_A_STACK_SETS = ["tracer-programs"];
/** The others' time is the longest, and these wait for little that a stack needs. */
const RECORDS_A_DATA_SET = /^tests\/integration\/dataset/;
/** Tables so small that the flows of others fill them. */
const HAS_SMALL_TABLES = ["exporter-ring", "exporter-scan", "loader-tables", "tracer-full"];
/** Its load on the disk is seen in what all of the machine writes, and not where others write as much. */
const MEASURES_THE_MACHINE = ["stress"];
/** Machines of their own, whose only share in this one is its CPUs; they take those that nobody else wants. */
const GUESTS = /^tests\/kernels\//;

/** By name, the lanes that there are, each with those that would disturb it. */
const LANES = {
  stack: [],
  others: [],
  guests: [],
  quiet: ["stack", "others"],
  alone: ["stack", "others", "guests", "quiet"],
} as const satisfies Record<string, readonly string[]>;

/**
 * All tests that share the machine, in lanes. Those with a stack wait most of the time, for scrapes, health checks and
 * alerts, and those with an exporter now and then, which leaves the CPUs to the guests. Lanes beside each other have no
 * container, network, port or pin in common; tests of one lane may.
 */
export function lanesOf(root = ROOT): readonly Lane[] {
  const files = globSync(TESTS, { cwd: root }).sort();
  const lanes = Object.groupBy(files, (file) => laneOf(root, file));
  return Object.entries(LANES).map(([name, after]) => ({
    name,
    files: lanes[name as keyof typeof LANES] ?? [],
    after,
  }));
}

function laneOf(root: string, file: string): keyof typeof LANES {
  const isOneOf = (names: readonly string[]) => names.some((name) => file === `tests/integration/${name}.test.ts`);
  if (isOneOf(MEASURES_THE_MACHINE)) return "alone";
  if (isOneOf(HAS_SMALL_TABLES)) return "quiet";
  if (GUESTS.test(file)) return "guests";
  if (RECORDS_A_DATA_SET.test(file)) return "stack";
  return isOneOf(SETS_WHAT_A_STACK_SETS) || reads(root, file).has(STACK) ? "stack" : "others";
}

/** The lanes of these names, all of them without any. @throws UsageError naming those there are */
export function lanesNamed(names: readonly string[]): readonly Lane[] {
  const lanes = lanesOf();
  const there = lanes.map(({ name }) => name);
  const unknown = names.find((name) => !there.includes(name));
  if (unknown !== undefined) throw new UsageError(`There is no lane "${unknown}". The lanes are ${there.join(", ")}.`);
  return names.length === 0 ? lanes : lanes.filter(({ name }) => names.includes(name));
}

/** A file, and the project's files that it imports, and that those import. */
function reads(root: string, file: string, seen: Set<string> = new Set()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(path.join(root, file), "utf8");
  for (const [, imported = ""] of text.matchAll(/^(?:import|export|\}) .*?from "(\.[^"]+\.ts)";$/gm)) {
    reads(root, path.posix.join(path.posix.dirname(file), imported), seen);
  }
  return seen;
}
