import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { createDocker } from "../start/lib/docker.ts";
import type { Host } from "../start/lib/host.ts";
import { readHostTraces } from "./lib/host-traces.ts";

/** What was on this machine before the tests. */
export const SNAPSHOT = path.join(import.meta.dirname, "../.flowtally/before-tests.json");

export async function takeSnapshot(host: Host): Promise<void> {
  const traces = await readHostTraces(createDocker(host));
  await mkdir(path.dirname(SNAPSHOT), { recursive: true });
  await writeFile(SNAPSHOT, JSON.stringify(traces, undefined, 2));
}
