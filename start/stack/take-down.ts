import { createDocker } from "../lib/docker.ts";
import type { Host } from "../lib/host.ts";
import { removeLoads } from "../stress/containers.ts";
import { endTuner } from "../tune/background.ts";
import { restoreBpfStats } from "./bpf-stats.ts";
import { composeIn } from "./compose.ts";
import { otherStacks } from "./containers.ts";
import type { Layout } from "./layout.ts";

/** Stops the stack and leaves no container, network, pin or BPF program; data volumes go on request. */
export async function takeDown(
  { host, layout }: { host: Host; layout: Layout },
  options: { volumes: boolean },
): Promise<void> {
  await endTuner(host, layout);
  await composeIn(host, layout).down(options);
  const docker = createDocker(host);
  await removeLoads(docker, layout.names.project);
  await restoreBpfStats(host, layout, await otherStacks(docker, layout.names.project));
}
