import path from "node:path";
import { build } from "esbuild";
import { nodeFlags } from "../rig/exporter.ts";
import { type Files, program } from "./libraries.ts";
import { type Observer, PINS } from "./script.ts";

/** ssh2, which comes with dockerode, looks for these, and does without. */
const NATIVE = ["*.node", "cpu-features"];

/** Packages that are no ES modules, and the exporter's own `await` outside of functions, in one file. */
const PROLOGUE = `import { createRequire } from "node:module";
const require = createRequire(import.meta.url), __dirname = import.meta.dirname, __filename = import.meta.filename;`;

/** Node and the exporter as one file: its hundreds of modules would only make the RAM disk larger. */
export async function exporterFiles(projectRoot: string, folder: string): Promise<Files> {
  const bundle = path.join(folder, "exporter.mjs");
  await build({
    entryPoints: [path.join(projectRoot, "exporters/flow-exporter/main.ts")],
    outfile: bundle,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    external: NATIVE,
    banner: { js: PROLOGUE },
    logLevel: "error",
  });
  return { ...(await program("node", process.execPath)), "exporter.mjs": bundle };
}

/** Runs it on the tracer's pins, with the flags of its image; there is no Docker in the machine. */
export async function exporterObserver(projectRoot: string): Promise<Observer> {
  const settings = [`FLOW_PINS=${PINS}`, "FLOW_UDP=on", "FLOW_STATE=/tmp", "FLOW_PORT=9436", "NODE_ENV=production"];
  const flags = await nodeFlags(path.join(projectRoot, "exporters/flow-exporter"));
  const command = ["env", ...settings, "node", ...flags, "/exporter.mjs"].join(" ");
  return { name: "flow-exporter", command, ready: "exporter_is_ready" };
}
