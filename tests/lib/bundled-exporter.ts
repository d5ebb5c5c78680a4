import path from "node:path";
import { build } from "esbuild";

/** ssh2, which comes with dockerode, looks for these, and does without. */
const NATIVE = ["*.node", "cpu-features"];

/** Packages that are no ES modules, and the exporter's own `await` outside of functions, in one file. */
const PROLOGUE = `import { createRequire } from "node:module";
const require = createRequire(import.meta.url), __dirname = import.meta.dirname, __filename = import.meta.filename;`;

/** Writes the exporter with all its packages as one file, for where the project's folder cannot be reached. */
export async function bundleExporter(projectRoot: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [path.join(projectRoot, "exporters/flow-exporter/main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    external: NATIVE,
    banner: { js: PROLOGUE },
    logLevel: "error",
  });
}
