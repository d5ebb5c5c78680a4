import { StartError } from "../../start/errors.ts";
import { applyInstall } from "../../start/install/apply.ts";
import { readSystem } from "../../start/install/system.ts";
import type { Installer } from "../../start/install/types.ts";
import type { Host } from "../../start/lib/host.ts";
import { lackOfPostgres } from "../lib/store/postgres.ts";
import type { Context } from "./context.ts";
import { type DebianParts, provideDebianParts } from "./debian-parts.ts";
import { type ProgramName, type Programs, provideProgramsNamed } from "./programs/index.ts";
import type { Wanted } from "./surroundings.ts";

/** All that a cluster is made of, but for images. */
export interface Parts {
  programs: Programs;
  debian: DebianParts;
}

/** The package of each. */
const TOOLS = {
  curl: "curl",
  go: "golang-go",
  ip: "iproute2",
  iptables: "iptables",
  mount: "util-linux",
  nft: "nftables",
  nsenter: "util-linux",
  openssl: "openssl",
  unshare: "util-linux",
} as const;
const DATABASE = "postgresql";

interface Needs extends Pick<Wanted, "store"> {
  programs: readonly ProgramName[];
}

/**
 * Installs tools that are missing, and fetches and builds what is not in the cache.
 * @throws StartError CLUSTER_IMPOSSIBLE, INSTALL_FAILED, and those of what is fetched and built
 */
export async function provideParts(context: Context, { programs, store }: Needs): Promise<Parts> {
  const { host } = context;
  const system = await readSystem(host);
  if (host.uid !== 0) throw impossible("it needs root");
  if (system.packages?.name !== "apt") throw impossible("it needs apt and a Debian mirror");
  const missing = await missingPackages(host, store);
  if (missing.length > 0) await applyInstall(system, [installerOf(missing)], context);
  return { debian: await provideDebianParts(context), programs: await provideProgramsNamed(context, programs) };
}

async function missingPackages(host: Host, store: boolean): Promise<string[]> {
  const found = await Promise.all(
    Object.entries(TOOLS).map(async ([tool, name]) => ((await host.which(tool)) === undefined ? [name] : [])),
  );
  const database = store && lackOfPostgres() !== undefined ? [DATABASE] : [];
  return [...new Set([...found.flat(), ...database])];
}

function installerOf(packages: readonly string[]): Installer {
  return { title: `${packages.join(", ")} for the cluster`, packages: async () => packages };
}

function impossible(why: string): StartError {
  const fix = "run this as root on Debian, on a machine of your own";
  return new StartError("CLUSTER_IMPOSSIBLE", { what: "No Kubernetes can be started here", why, fix });
}
