import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Layout } from "../../../../start/stack/layout.ts";

/** What the launcher's tests say of the machine. */
export const FACTS = {
  node: "alpha",
  dockerGid: 998,
  dockerLayers: "/data/docker/image/overlay2/layerdb/mounts",
  cgroupVersion: "2",
  bpfCapability: true,
  cpus: 2,
  dataDisk: undefined,
} as const;

/** The folders of a checkout that a start reads from, with nothing in them. */
export async function makeCheckout({ root, ebpf }: Layout): Promise<void> {
  const grafana = ["grafana/provisioning", "grafana/dashboards"];
  const mounted = ["docker-filter", "guard", "prometheus", ...grafana, "alertmanager"].map((name) =>
    path.join(root, name),
  );
  for (const folder of [...mounted, ebpf]) await mkdir(folder, { recursive: true });
}
