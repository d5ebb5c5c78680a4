import { mkdir } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { reasonOf, StartError } from "../../../start/errors.ts";
import { createHost } from "../../../start/lib/host.ts";
import { abortOnSignals } from "../../../start/lib/interrupt.ts";
import { renderError } from "../../../start/render/error.ts";
import { cacheFolder } from "../../guests/context.ts";
import { fetchKernel } from "../../guests/kernel-files.ts";
import { kernelsNamed } from "../../guests/kernels.ts";
import { count } from "../lib/format.ts";
import { renderTable } from "../lib/table.ts";
import { added, type Console, type Costs, KINDS } from "./console.ts";
import { installed, program } from "./libraries.ts";
import { countIn } from "./measure.ts";
import { briefly, byProgram, LOOPBACK, nameOf, OFF, TRACER, TRACER_WITHOUT_UDP, VETH } from "./script.ts";
import { programTables } from "./tables.ts";

// For those who work on the tracer: what it adds, in half a minute and one table. The benchmark's part has it all, of the
// program in the image: this machine's compiler makes another one.
// node tests/bench/instructions/quick.ts [KERNEL…] [--veth] [--without-udp] [--programs] [--tracer PROGRAM]

const flag = { type: "boolean", default: false } as const;
const options = { veth: flag, "without-udp": flag, programs: flag, tracer: { type: "string" } } as const;
const { values, positionals } = parseArgs({ allowPositionals: true, options });
const projectRoot = path.resolve(import.meta.dirname, "../../..");
const folder = path.join(projectRoot, ".flowtally/bench");
const route = values.veth ? VETH : LOOPBACK;
const observers = values["without-udp"] ? [TRACER, TRACER_WITHOUT_UDP] : [TRACER];
const { signal, dispose } = abortOnSignals();
const report = (line: string) => void process.stderr.write(`${line}\n`);
const context = { host: createHost(), cache: cacheFolder(process.env), report, signal };

try {
  await mkdir(folder, { recursive: true });
  const tools = values.programs ? await installed("bpftool") : {};
  const files = { ...tools, ...(await program("flow-tracer", values.tracer ?? (await build()))) };
  for (const pinned of kernelsNamed(positionals.length > 0 ? positionals : ["6.12"])) {
    const kernel = await fetchKernel(context, pinned);
    const script = briefly(route, observers) + (values.programs ? byProgram(route) : "");
    const measurement = { kernel, script, files, memoryMb: 1_024, deadlineMs: 600_000 };
    show(kernel.release, await countIn(context, folder, measurement));
  }
} catch (error) {
  report(error instanceof StartError ? renderError(error) : reasonOf(error));
  process.exitCode = 1;
} finally {
  dispose();
}

/** Its compiler's complaints are shown as they are. */
async function build(): Promise<string> {
  const target = path.join(folder, "flow-tracer");
  const make = ["-s", "-C", path.join(projectRoot, "exporters/flow-tracer"), `BUILD=${target}`];
  await execa("make", make, { stdio: ["ignore", "ignore", "inherit"] });
  return path.join(target, "flow-tracer");
}

function show(release: string, console: Console): void {
  const costs = (name: string) => console.costs(nameOf(route, name));
  const row = (name: string, cost: Costs) => [name, ...KINDS.map((kind) => count(cost[kind]))];
  const more = observers.map(({ name }) => row(`${name}, added`, added(costs(name), costs(OFF))));
  const title = `${release}, ${route.name}`;
  const tables = [{ title, columns: [title, ...KINDS], rows: [row(OFF, costs(OFF)), ...more] }];
  if (values.programs) tables.push(...programTables({ kernel: release, console }).map(withTitle));
  for (const table of tables) process.stdout.write(`${renderTable(table)}\n\n`);
}

function withTitle({ title, columns, rows }: ReturnType<typeof programTables>[number]) {
  return { title, columns: [title, ...columns.slice(1)], rows: rows.map((cells) => [...cells]) };
}
