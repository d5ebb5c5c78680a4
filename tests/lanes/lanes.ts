import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { UsageError } from "../../start/errors.ts";
import { ROOT } from "../integration/lib/launcher.ts";

/** Files of tests that run one after the other, while those of the other lanes run beside them. */
export interface Lane {
  name: string;
  /** Below the project's root, sorted: in the order in which Node runs them. */
  files: readonly string[];
  /** Whether nothing may run beside it. */
  isAlone: boolean;
}

const ALONE = "alone";
const TESTS = "tests/{browser,integration,kernels}/**/*.test.ts";
/** Whoever imports it starts and stops the stack of the tests, of which there is one at a time. */
const STACK = "tests/integration/lib/test-stack.ts";
/** It sets `kernel.bpf_stats_enabled` and puts it back, which a stack that runs has set for itself. */
const SETS_WHAT_A_STACK_SETS = ["tests/integration/tracer-programs.test.ts"];
/** What others do on the machine would not leave these as they are. */
const SEES_OTHERS = [
  // Tables so small that the flows of others fill them.
  "tests/integration/exporter-ring.test.ts",
  "tests/integration/loader-tables.test.ts",
  "tests/integration/tracer-full.test.ts",
  // A load on the disk that is seen in what all of the machine writes.
  "tests/integration/stress.test.ts",
];
/** Machines of their own, whose only share in this one is its CPUs; they take those that nobody else wants. */
const GUESTS = /^tests\/kernels\//;

/**
 * All tests that share the machine, in lanes; those that need it for themselves come last. Those with a stack wait most of
 * the time, for scrapes, health checks and alerts, and those with an exporter now and then, which leaves the CPUs to the
 * guests. No lane has a container, a network, a port or a pin of another's; tests of one lane may have the same.
 */
export function lanesOf(root = ROOT): readonly Lane[] {
  const laneOf = (file: string) => {
    if (SEES_OTHERS.includes(file)) return ALONE;
    if (GUESTS.test(file)) return "guests";
    return SETS_WHAT_A_STACK_SETS.includes(file) || reads(root, file).has(STACK) ? "stack" : "others";
  };
  const lanes = Map.groupBy(globSync(TESTS, { cwd: root }).sort(), laneOf);
  return [...lanes].map(([name, files]) => ({ name, files, isAlone: name === ALONE }));
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
