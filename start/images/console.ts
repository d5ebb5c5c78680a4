import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { build, type Metafile } from "esbuild";

/**
 * Bundles the browser application in `folder` (`main.tsx`, `index.html`) into static files in `target`: `index.html`,
 * and under `assets/` what it loads, each file named after its content.
 * @throws esbuild's BuildFailure, whose message names file and line
 */
export async function bundleConsole(folder: string, target: string): Promise<void> {
  await rm(target, { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: [path.join(folder, "main.tsx")],
    outdir: target,
    entryNames: "assets/[name]-[hash]",
    chunkNames: "assets/[name]-[hash]",
    tsconfig: path.join(folder, "tsconfig.json"),
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "linked",
    metafile: true,
    logLevel: "silent",
  });
  const page = await readFile(path.join(folder, "index.html"), "utf8");
  const { script, style } = entryOf(metafile);
  await writeFile(
    path.join(target, "index.html"),
    page.replace("%SCRIPT%", url(script)).replace("%STYLE%", url(style)),
  );

  function url(output: string): string {
    return `/${path.relative(target, output)}`;
  }
}

/** Names are relative to the working directory. */
function entryOf({ outputs }: Metafile): { script: string; style: string } {
  const [script, output] = Object.entries(outputs).find(([, one]) => one.entryPoint !== undefined) ?? [];
  if (script === undefined || output?.cssBundle === undefined)
    throw new Error("the console must have a script and a style");
  return { script, style: output.cssBundle };
}
