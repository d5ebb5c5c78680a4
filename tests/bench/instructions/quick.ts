import { mkdir } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { createHost } from "../../../start/lib/host.ts";
import { cacheFolder } from "../../guests/context.ts";
import { fetchKernel } from "../../guests/kernel-files.ts";
import { kernelsNamed } from "../../guests/kernels.ts";
import { count } from "../lib/format.ts";
import { renderTable } from "../lib/table.ts";
import { added, type Costs, KINDS } from "./console.ts";
import { installed, program } from "./libraries.ts";
import { countIn } from "./measure.ts";
import { briefly, byProgram, LOOPBACK, nameOf, OFF, TRACER_WITHOUT_UDP as off, TRACER as on, VETH } from "./script.ts";

// node tests/bench/instructions/quick.ts [KERNEL…] [--tracer PROGRAM] [--veth] [--programs] [--without-udp]: what the tracer adds.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    tracer: { type: "string" },
    veth: { type: "boolean" },
    programs: { type: "boolean" },
    "without-udp": { type: "boolean" },
  },
});
const projectRoot = path.resolve(import.meta.dirname, "../../..");
const folder = path.join(projectRoot, ".flowtally/bench");
await mkdir(folder, { recursive: true });
const signal = new AbortController().signal;
const report = (line: string) => void process.stderr.write(`${line}\n`);
const context = { host: createHost(), cache: cacheFolder(process.env), report, signal };
const flowTracer = values.tracer ?? (await build());
const observers = values["without-udp"] ? [on, off] : [on];
const route = values.veth ? VETH : LOOPBACK;

for (const pinned of kernelsNamed(positionals.length > 0 ? positionals : ["6.12"])) {
  const kernel = await fetchKernel(context, pinned);
  const script = briefly(route, observers) + (values.programs ? byProgram(route) : "");
  const files = {
    ...(await program("flow-tracer", flowTracer)),
    ...(values.programs ? await installed("bpftool") : {}),
  };
  const console = await countIn(context, folder, { kernel, script, files, memoryMb: 1024, deadlineMs: 600_000 });
  const costs = (name: string) => console.costs(nameOf(route, name));
  const row = (name: string, cost: Costs) => [name, ...KINDS.map((kind) => count(cost[kind]))];
  const rows = [OFF, ...observers.map(({ name }) => name)].map((name) => row(name, costs(name)));
  for (const { name } of observers) rows.push(row(`${name}, added`, added(costs(name), costs(OFF))));
  show(`${kernel.release}, ${route.name}`, KINDS, rows);
  if (!values.programs) continue;
  for (const kind of KINDS) {
    const made = console.number(`programs/${kind}`, `${kind}-all`);
    const counted = console.programs(`${kind}-before`, `${kind}-after`);
    const cells = counted.map((one) => [
      one.name,
      count(one.runs),
      count(one.instructions / one.runs),
      count(one.instructions / made),
    ]);
    show(`a ${kind}`, ["runs", "instructions a run", `instructions each of ${made}`], cells);
  }
}

function show(title: string, columns: readonly string[], rows: string[][]): void {
  process.stdout.write(`${renderTable({ title, columns: [title, ...columns], rows })}\n\n`);
}

async function build(): Promise<string> {
  const target = path.join(folder, "flow-tracer");
  await execa("make", ["-C", path.join(projectRoot, "exporters/flow-tracer"), `BUILD=${target}`]);
  return path.join(target, "flow-tracer");
}
