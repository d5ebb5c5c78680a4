import { cp } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import type { Host } from "../../start/lib/host.ts";
import { cacheFolder } from "../guests/context.ts";
import { runCommand } from "../lib/command.ts";
import { type Cluster, startCluster } from "./cluster.ts";
import type { Context } from "./context.ts";
import { packImages } from "./images.ts";
import { takeLock } from "./lock.ts";
import { memoryOf } from "./node/memory.ts";
import { provideParts } from "./provide.ts";
import { SUITES, type SuiteName, suiteNamed, suitesByDefault } from "./suites.ts";

const HELP = `npm run test:cluster [-- SUITE …]

  SUITE   ${Object.keys(SUITES).join(", ")}; without any: ${suitesByDefault().join(" and ")}

Starts a Kubernetes of its own in namespaces of this machine, one cluster for each suite, and takes it down again.
Needs root and Docker. The first run builds Kubernetes, which takes about a quarter of an hour on two CPUs.
`;

/** Runs the suites one after the other. @returns 0 all passed, 1 not so, 2 unknown words, 130 interrupted. */
export async function main(argv: readonly string[], host: Host, projectRoot: string): Promise<number> {
  const report = (line: string) => void process.stdout.write(`${line}\n`);
  const cache = path.join(path.dirname(cacheFolder(host.env)), "cluster");
  const run = async (names: readonly string[], signal: AbortSignal) => {
    const suites = names.length > 0 ? names.map(suiteNamed) : suitesByDefault();
    using _ = await takeLock();
    let passed = true;
    for (const suite of suites) {
      passed = (await runSuite({ host, cache, projectRoot, report, signal }, suite)) && passed;
    }
    return passed;
  };
  return await runCommand(argv, { help: HELP, run });
}

async function runSuite(context: Context, name: SuiteName): Promise<boolean> {
  const suite = SUITES[name];
  const parts = await provideParts(context, suite);
  await using archive = await packImages(context, suite.images);
  const began = performance.now();
  const seconds = () => ((performance.now() - began) / 1000).toFixed(0);
  await using cluster = await startCluster(context, { parts, archive, nodes: suite.nodes, store: suite.store });
  context.report(`${name}: the cluster is ready after ${seconds()} s`);
  const passed = await runTests(context, cluster, suite.tests);
  if (!passed) await keepLogs(context, cluster, name);
  context.report(
    `${name}: ${passed ? "passed" : "FAILED"} after ${seconds()} s; ${await memoryOf(cluster.outside.group)}`,
  );
  return passed;
}

async function keepLogs({ projectRoot, report }: Context, { access }: Cluster, name: SuiteName): Promise<void> {
  const folder = path.join(projectRoot, ".flowtally/cluster", name);
  await cp(access.logs, folder, { recursive: true });
  report(`${name}: what the cluster's programs printed is in ${folder}`);
}

/** On the machine beside the nodes, where the API server, the pods and the services are reached. */
async function runTests({ signal }: Context, cluster: Cluster, tests: string): Promise<boolean> {
  const words = [process.execPath, "--test", "--test-concurrency=1", path.join(import.meta.dirname, tests)];
  const [program = "", ...args] = cluster.outside.command(words);
  const done = await execa(program, args, {
    reject: false,
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
    env: { FLOWTALLY_CLUSTER: JSON.stringify(cluster.access) },
    cancelSignal: signal,
  });
  signal.throwIfAborted();
  return done.exitCode === 0;
}
