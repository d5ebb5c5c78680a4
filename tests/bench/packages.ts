import { existsSync } from "node:fs";
import path from "node:path";
import { StartError } from "../../start/errors.ts";
import { applyInstall } from "../../start/install/apply.ts";
import { planInstall, printCommands } from "../../start/install/plan.ts";
import { readSystem } from "../../start/install/system.ts";
import type { Installer } from "../../start/install/types.ts";
import type { Host } from "../../start/lib/host.ts";

/** What the benchmark runs, a program or the path of a file, and Debian's packages for it. */
const PACKAGES: Readonly<Record<string, string>> = {
  bpftool: "bpftool",
  cc: "gcc",
  clang: "clang",
  conntrack: "conntrack",
  ip: "iproute2",
  iperf3: "iperf3",
  iptables: "iptables",
  make: "make",
  pmacctd: "pmacct",
  setpriv: "util-linux",
  softflowd: "softflowd",
  sysctl: "procps",
  tcpdump: "tcpdump",
  "/usr/include/bpf/bpf_helpers.h": "libbpf-dev",
};

export interface PackageOptions {
  /** What is needed beside that. */
  more?: Readonly<Record<string, string>>;
  install: boolean;
  report: (line: string) => void;
  signal: AbortSignal;
}

/** Installs what is missing, each command said before it is run. @throws StartError with the commands when it may not. */
export async function ensurePackages(host: Host, options: PackageOptions): Promise<void> {
  const missing = await missingPackages(host, { ...PACKAGES, ...options.more });
  if (missing.length === 0) return;
  const installer: Installer = { title: missing.join(", "), packages: async () => missing };
  const system = await readSystem(host);
  if (options.install && system.packages?.unattended) return applyInstall(system, [installer], options);
  throw new StartError("PACKAGES_MISSING", {
    what: `The benchmark needs ${missing.join(", ")}`,
    why: options.install ? "packages are only installed by themselves where apt does it" : "--no-install was given",
    fix: printCommands(await planInstall(system, [installer]), host.uid).join("\n"),
  });
}

async function missingPackages(host: Host, packages: Readonly<Record<string, string>>): Promise<string[]> {
  const isThere = async (needed: string) =>
    path.isAbsolute(needed) ? existsSync(host.resolve(needed)) : (await host.which(needed)) !== undefined;
  const missing = await Promise.all(
    Object.entries(packages).map(async ([needed, name]) => ((await isThere(needed)) ? [] : [name])),
  );
  return missing.flat();
}
