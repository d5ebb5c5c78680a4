import path from "node:path";
import { build } from "esbuild";

/** ssh2, which comes with dockerode, looks for these, and does without. */
const NATIVE = ["*.node", "cpu-features"];

/** For packages that are no ES modules, in a file that is one. */
const PROLOGUE = `import { createRequire } from "node:module";
const require = createRequire(import.meta.url), __dirname = import.meta.dirname, __filename = import.meta.filename;`;

/**
 * Writes a Node service, `main.ts` in `folder`, with all its packages as one file of JavaScript. Node could run the sources
 * as they are, but what takes the types away for that holds 30 MB of memory as long as the service lives.
 * @throws esbuild's BuildFailure, whose message names file and line
 */
export async function bundleService(folder: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [path.join(folder, "main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    external: NATIVE,
    banner: { js: PROLOGUE },
    legalComments: "eof",
    logLevel: "silent",
  });
}
