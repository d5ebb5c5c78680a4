import type { Installer, PackageManager } from "./types.ts";

/** The Docker engine and its command line; iptables is what the engine makes bridge networks with. */
export const dockerEngine: Installer = {
  title: "Docker engine",
  packages: async (manager) => {
    if (manager.name === "dnf") return ["moby-engine", "iptables"];
    return ["docker.io", "iptables", ...(await separateCli(manager))];
  },
};

/** Later Debian suites ship the command line as a package of its own, earlier ones inside the engine's. */
async function separateCli(manager: PackageManager): Promise<readonly string[]> {
  return (await manager.candidate("docker-cli")) === undefined ? [] : ["docker-cli"];
}
