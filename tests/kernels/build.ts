import { globSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";
import type { Context } from "../guests/context.ts";
import { ROOT } from "../integration/lib/launcher.ts";
import { buildTracer } from "../integration/lib/tracer.ts";
import { compileWorkload } from "../integration/lib/workload.ts";
import { shippedTracer } from "../lib/shipped-tracer.ts";

/**
 * Gathers the tracer, the recorder of flows, the workloads and their tests once for all kernels, in a folder of its own, so that nothing
 * changes while guests run. The tracer is the shipped one, or where there is no Docker one built here. A test is one file with all it imports: in an emulated machine reading and stripping the
 * types of its hundred modules takes longer than the test.
 * @returns the folder; the caller removes it with `removeBuild`
 */
export async function buildForGuests(context: Omit<Context, "cache">): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-kernels-"));
  try {
    if ((await shippedTracer(context, ROOT, folder)) === undefined) {
      context.report("no Docker engine answers: flow-tracer is built here");
      for (const program of ["flow-tracer", "flow-dataset"]) {
        await cp(path.join(await buildTracer(), program), path.join(folder, program));
      }
    }
    await mkdir(path.join(folder, "workloads"));
    for (const source of globSync("*.c", { cwd: path.join(ROOT, "tests/workloads") })) {
      const program = await compileWorkload(path.basename(source, ".c"));
      await cp(program, path.join(folder, "workloads", path.basename(program)));
    }
    await bundleTests(path.join(folder, "tests"));
    return folder;
  } catch (error) {
    await removeBuild(folder);
    throw error;
  }
}

export function removeBuild(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}

async function bundleTests(outdir: string): Promise<void> {
  const tests = globSync("tests/integration/{tracer,loader,dataset-tracer}*.test.ts", { cwd: ROOT });
  await build({
    absWorkingDir: ROOT,
    entryPoints: [...tests, "tests/kernels/reporter.ts"],
    entryNames: "[name]",
    outExtension: { ".js": ".mjs" },
    outdir,
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "error",
    // Packages in the older module format call `require`, which modules of the newer one lack.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
}
