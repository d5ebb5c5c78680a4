import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../integration/lib/launcher.ts";

/** Files of tests that run one after the other, while those of the other lanes run beside them. */
export interface Lane {
  name: string;
  /** Below the project's root, sorted: in the order in which Node runs them. */
  files: readonly string[];
}

const TESTS = "tests/{browser,integration,kernels}/**/*.test.ts";
/** Whoever imports it starts and stops the stack of the tests, of which there is one at a time. */
const STACK = "tests/integration/lib/test-stack.ts";
/** It sets `kernel.bpf_stats_enabled` and puts it back, which a stack that runs has set for itself. */
const SETS_WHAT_A_STACK_SETS = ["tests/integration/tracer-programs.test.ts"];

/**
 * All tests that share the machine, in two lanes. Those with a stack wait most of the time, for scrapes, health checks and
 * alerts, which leaves the CPUs to the others. Neither lane has a container, a network, a port or a pin of the other's; what
 * a test of its lane has, its neighbours may have as well.
 */
export function lanesOf(root = ROOT): readonly Lane[] {
  const files = globSync(TESTS, { cwd: root }).sort();
  const isOfStack = (file: string) => SETS_WHAT_A_STACK_SETS.includes(file) || reads(root, file).has(STACK);
  const { stack = [], others = [] } = Object.groupBy(files, (file) => (isOfStack(file) ? "stack" : "others"));
  return [
    { name: "stack", files: stack },
    { name: "others", files: others },
  ];
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
