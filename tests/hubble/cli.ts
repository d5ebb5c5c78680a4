import path from "node:path";
import { execa } from "execa";
import { StartError, UsageError } from "../../start/errors.ts";
import { applyInstall } from "../../start/install/apply.ts";
import { readSystem } from "../../start/install/system.ts";
import type { Host } from "../../start/lib/host.ts";
import { type Context, cacheFolder } from "../guests/context.ts";
import { runCommand } from "../lib/command.ts";
import { PROGRAMS_VARIABLE } from "./lib/programs.ts";
import { type Programs, providePrograms } from "./programs/index.ts";

const SUITES = ["docker", "tls", "relay", "read"] as const;
const HELP = `npm run test:hubble [-- SUITE …]

  SUITE   ${SUITES.join(", ")}; without any: all of them

Asks what Flowtally serves by the real hubble CLI and the real hubble-relay, while real containers talk, and reads both.
Needs root, Docker and what the other tests need. The first run builds the two programs, which takes some minutes.
`;

/** @returns 0 all passed, 1 not so, 2 unknown words, 130 interrupted. */
export async function main(argv: readonly string[], host: Host): Promise<number> {
  const report = (line: string) => void process.stdout.write(`${line}\n`);
  const cache = path.join(path.dirname(cacheFolder(host.env)), "hubble");
  const run = async (words: readonly string[], signal: AbortSignal) => {
    const files = suitesNamed(words).map((name) => path.join(import.meta.dirname, `suites/${name}.test.ts`));
    const context = { host, cache, report, signal };
    await provideGo(context);
    return await runTests(context, await providePrograms(context), files);
  };
  return await runCommand(argv, { help: HELP, run });
}

/** @throws UsageError */
function suitesNamed(words: readonly string[]): readonly string[] {
  const unknown = words.find((word) => !SUITES.includes(word as (typeof SUITES)[number]));
  if (unknown !== undefined) throw new UsageError(`There is no suite ${unknown}.`);
  return words.length > 0 ? words : SUITES;
}

/** @throws StartError HUBBLE_IMPOSSIBLE, INSTALL_FAILED */
async function provideGo(context: Context): Promise<void> {
  const { host } = context;
  if (host.uid !== 0) {
    const why = "the flow tracer needs root";
    throw new StartError("HUBBLE_IMPOSSIBLE", { what: "This cannot be tested here", why, fix: "run it as root" });
  }
  if ((await host.which("go")) !== undefined) return;
  const go = { title: "Go, which Hubble's programs are built with", packages: async () => ["golang-go"] };
  await applyInstall(await readSystem(host), [go], context);
}

async function runTests({ signal }: Context, programs: Programs, files: readonly string[]): Promise<boolean> {
  const done = await execa(process.execPath, ["--test", "--test-concurrency=1", ...files], {
    reject: false,
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
    env: { [PROGRAMS_VARIABLE]: JSON.stringify(programs) },
    cancelSignal: signal,
  });
  signal.throwIfAborted();
  return done.exitCode === 0;
}
