import { globSync } from "node:fs";

/** What a line of the guest begins with that says what the tracer printed while it was loaded. */
export const LOAD = "LOAD ";

export interface JobOptions {
  /** Folder of the programs and tests built on the host. */
  built: string;
  /** How many connections the heavy tests make. */
  connections: number;
  /** Which files of tests are run: a pattern of their names without ending. */
  tests: string;
}

/** An emulated machine is slow, and the slower the more its host has to do besides. */
const PATIENCE = 6;

/** The script a guest runs: loads the tracer once, then runs the tracer's tests one file after the other. */
export function jobScript({ built, connections, tests }: JobOptions): string {
  const files = globSync(`${tests}.test.mjs`, { cwd: `${built}/tests` }).sort();
  return `
cd ${quote(built)}
export NO_COLOR=1 FLOW_TRACER_BUILD=${quote(built)} FLOW_TEST_CONNECTIONS=${connections} FLOW_TEST_PATIENCE=${PATIENCE}
timeout 60 ./flow-tracer --pins /sys/fs/bpf/flowtally-load > /tmp/flowtally-load 2>&1 &
until grep -q '"code":"READY"' /tmp/flowtally-load || ! kill -0 $! 2>/dev/null; do sleep 0.1; done
kill $! 2>/dev/null
wait $!
sed 's/^/${LOAD}/' /tmp/flowtally-load
exec ${quote(process.execPath)} --test --test-concurrency=1 --test-reporter=./tests/reporter.mjs ${files.map((file) => `tests/${file}`).join(" ")}
`;
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
