import path from "node:path";
import { StartError } from "../errors.ts";
import type { Host } from "../lib/host.ts";
import type { Command, Installer, PackageManager, System } from "./types.ts";

const PLUGIN = "/usr/local/lib/docker/cli-plugins/docker-compose";
const SUITE = "trixie";
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const SCRIPT = path.join(import.meta.dirname, "compose-plugin.sh");

/** Compose v2: the distribution's own package, or the one file of it that Debian's later suite has. */
export const dockerCompose: Installer = {
  title: "Docker Compose v2",
  packages: async (manager) => {
    const own = await ownPackage(manager);
    return own === undefined ? [] : [own];
  },
  commands: async (system) => {
    if (system.packages !== undefined && (await ownPackage(system.packages)) !== undefined) return [];
    return [await pluginCommand(system)];
  },
};

/** Which package brings Compose v2 here, or undefined where the suite has none. */
async function ownPackage(manager: PackageManager): Promise<string | undefined> {
  if (manager.name === "dnf") return "docker-compose";
  for (const name of ["docker-compose-v2", "docker-compose-plugin"]) {
    if ((await manager.candidate(name)) !== undefined) return name;
  }
  const version = await manager.candidate("docker-compose");
  return version !== undefined && Number.parseInt(version, 10) >= 2 ? "docker-compose" : undefined;
}

async function pluginCommand({ host, distribution }: System): Promise<Command> {
  const mirror = await findMirror(host);
  if (mirror !== undefined) return ["sh", SCRIPT, mirror, SUITE, KEYRING, PLUGIN];
  throw new StartError("NO_COMPOSE_PACKAGE", {
    what: "Docker Compose v2 cannot be installed automatically",
    why: `the package sources of ${distribution.name} have no Compose v2 and no Debian mirror to take it from`,
    fix: `put the docker-compose plugin into ${path.dirname(PLUGIN)}`,
  });
}

/** The Debian mirror this machine already uses: from its lists, or, before it has any, from its sources. */
async function findMirror(host: Host): Promise<string | undefined> {
  const targets = await host.run("apt-get", ["indextargets", "--format", "$(LABEL)|$(COMPONENT)|$(REPO_URI)"]);
  const listed = /^Debian\|main\|(\S+)$/m.exec(targets.stdout)?.[1];
  if (listed !== undefined) return listed;
  const sources = await host.run("apt-get", ["update", "--print-uris"]);
  return /^'(\S+\/debian\/)dists\/[a-z]+\/main\//m.exec(sources.stdout)?.[1];
}
