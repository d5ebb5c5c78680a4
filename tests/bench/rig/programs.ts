import { mkdir } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import type { Bench } from "../bench.ts";

export interface Programs {
  tracer: string;
  connect: string;
  switch: string;
  hold: string;
  scatter: string;
}

/** Builds flow-tracer from its sources, and the benchmark's own loads, into the benchmark's folder. */
export async function buildPrograms({ projectRoot, folder, report }: Bench): Promise<Programs> {
  report("building flow-tracer and the loads");
  await mkdir(folder, { recursive: true });
  const build = path.join(folder, "flow-tracer");
  await execa("make", ["-C", path.join(projectRoot, "exporters/flow-tracer"), `BUILD=${build}`]);
  const compile = async (name: string, from = "tests/bench/load") => {
    const program = path.join(folder, name);
    const source = path.join(projectRoot, from, `${name}.c`);
    await execa("cc", ["-O2", "-Wall", "-Werror", "-o", program, source]);
    return program;
  };
  const [connect, hold, switched, scatter] = await Promise.all([
    compile("connect"),
    compile("hold"),
    compile("switch"),
    compile("scatter", "tests/workloads"),
  ]);
  return { tracer: path.join(build, "flow-tracer"), connect, hold, switch: switched, scatter };
}
