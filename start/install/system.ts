import type { Host } from "../lib/host.ts";
import { createApt } from "./apt.ts";
import { dnf } from "./dnf.ts";
import type { Distribution, PackageManager, System } from "./types.ts";

/** Reads which distribution the machine runs and picks its package manager. */
export async function readSystem(host: Host): Promise<System> {
  const release = (await host.readText("/etc/os-release")) ?? (await host.readText("/usr/lib/os-release")) ?? "";
  const distribution = parseDistribution(release);
  return { host, distribution, packages: packageManagerOf(distribution, host) };
}

/** `text` is an os-release file: KEY=VALUE, values bare or in quotes. */
export function parseDistribution(text: string): Distribution {
  const value = (key: string) => new RegExp(`^${key}=["']?([^"'\\n]*)`, "m").exec(text)?.[1] ?? "";
  return {
    id: value("ID"),
    like: value("ID_LIKE").split(" ").filter(Boolean),
    name: value("PRETTY_NAME") || "an unknown distribution",
  };
}

/** Whether the machine runs `id` or a descendant of it. */
export function descendsFrom(distribution: Distribution, id: string): boolean {
  return distribution.id === id || distribution.like.includes(id);
}

function packageManagerOf(distribution: Distribution, host: Host): PackageManager | undefined {
  if (descendsFrom(distribution, "debian") || descendsFrom(distribution, "ubuntu")) return createApt(host);
  if (["fedora", "rhel", "centos"].some((id) => descendsFrom(distribution, id))) return dnf;
  return undefined;
}
