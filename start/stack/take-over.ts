import type Docker from "dockerode";
import type { Host } from "../lib/host.ts";
import { killTuner } from "../tune/background.ts";
import { listContainers } from "./containers.ts";
import { type Layout, layoutOf } from "./layout.ts";

/**
 * There is one stack of a name on a machine: Compose makes its containers anew from this checkout, whichever they were made from.
 * Ends the tuner that the other one left behind, which would go by its settings.
 * @returns what is taken over, and from where; undefined: nothing of another checkout.
 */
export async function takeOver(host: Host, docker: Docker, layout: Layout): Promise<string | undefined> {
  const all = await listContainers(docker, layout.names.project);
  const others = all.filter(({ folder }) => folder !== "" && folder !== layout.root);
  if (others.length === 0) return undefined;
  const folders = [...new Set(others.map(({ folder }) => folder))];
  for (const folder of folders) await killTuner(host, layoutOf(folder, undefined, layout.names));
  const count = others.length === 1 ? "one container" : `${others.length} containers`;
  return `${count} taken over from ${folders.join(", ")}, with their data`;
}
