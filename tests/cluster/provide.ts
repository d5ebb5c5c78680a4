import { StartError } from "../../start/errors.ts";
import { applyInstall } from "../../start/install/apply.ts";
import { readSystem } from "../../start/install/system.ts";
import type { Installer } from "../../start/install/types.ts";
import type { Context } from "./context.ts";
import { type DebianParts, provideDebianParts } from "./debian-parts.ts";
import { type ProgramName, type Programs, provideProgramsNamed } from "./programs/index.ts";

/** All that a cluster is made of, but for images. */
export interface Parts {
  programs: Programs;
  debian: DebianParts;
}

const TOOLS = ["curl", "go", "dpkg-deb", "ip", "iptables", "mount", "nsenter", "openssl", "unshare"];

const clusterTools: Installer = {
  title: "Go, curl, iproute2, iptables and openssl for the cluster",
  packages: async () => ["golang-go", "curl", "iproute2", "iptables", "openssl", "util-linux"],
};

/**
 * Installs tools that are missing, and fetches and builds what is not in the cache.
 * @throws StartError CLUSTER_IMPOSSIBLE, INSTALL_FAILED, and those of what is fetched and built
 */
export async function provideParts(context: Context, programs: readonly ProgramName[]): Promise<Parts> {
  const { host } = context;
  const system = await readSystem(host);
  if (host.uid !== 0) throw impossible("it needs root");
  if (system.packages?.name !== "apt") throw impossible("it needs apt and a Debian mirror");
  const found = await Promise.all(TOOLS.map((tool) => host.which(tool)));
  if (found.includes(undefined)) await applyInstall(system, [clusterTools], context);
  return { debian: await provideDebianParts(context), programs: await provideProgramsNamed(context, programs) };
}

function impossible(why: string): StartError {
  const fix = "run this as root on Debian, on a machine of your own";
  return new StartError("CLUSTER_IMPOSSIBLE", { what: "No Kubernetes can be started here", why, fix });
}
