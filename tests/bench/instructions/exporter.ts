import path from "node:path";
import { bundleService } from "../../../start/images/bundle.ts";
import { nodeFlags } from "../rig/exporter.ts";
import { type Files, program } from "./libraries.ts";
import { type Observer, PINS } from "./script.ts";

/** Node and the exporter as one file: its hundreds of modules would only make the RAM disk larger. */
export async function exporterFiles(projectRoot: string, folder: string): Promise<Files> {
  const bundle = path.join(folder, "exporter.mjs");
  await bundleService(path.join(projectRoot, "exporters/flow-exporter"), bundle);
  return { ...(await program("node", process.execPath)), "exporter.mjs": bundle };
}

/** Runs it on the tracer's pins, with the flags of its image; there is no Docker in the machine. */
export async function exporterObserver(projectRoot: string): Promise<Observer> {
  const settings = [`FLOW_PINS=${PINS}`, "FLOW_UDP=on", "FLOW_STATE=/tmp", "FLOW_PORT=9436", "NODE_ENV=production"];
  const flags = await nodeFlags(path.join(projectRoot, "exporters/flow-exporter"));
  const command = ["env", ...settings, "node", ...flags, "/exporter.mjs"].join(" ");
  return { name: "flow-exporter", command, ready: "exporter_is_ready" };
}
