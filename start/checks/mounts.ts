import type { Host } from "../lib/host.ts";

export interface Mount {
  target: string;
  type: string;
}

export async function readMounts(host: Host): Promise<Mount[]> {
  const lines = ((await host.readText("/proc/mounts")) ?? "").split("\n").filter(Boolean);
  return lines.map((line) => {
    const [, target = "", type = ""] = line.split(" ");
    return { target, type };
  });
}
