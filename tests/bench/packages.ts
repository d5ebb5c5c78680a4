import { existsSync } from "node:fs";
import { StartError } from "../../start/errors.ts";
import { applyInstall } from "../../start/install/apply.ts";
import { planInstall, printCommands } from "../../start/install/plan.ts";
import { readSystem } from "../../start/install/system.ts";
import type { Installer } from "../../start/install/types.ts";
import type { Host } from "../../start/lib/host.ts";

/** What the benchmark runs, and Debian's packages for it. */
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
};
const LIBBPF = { file: "/usr/include/bpf/bpf_helpers.h", package: "libbpf-dev" };

export interface PackageOptions {
  install: boolean;
  report: (line: string) => void;
  signal: AbortSignal;
}

/** Installs what is missing, each command said before it is run. @throws StartError with the commands when it may not. */
export async function ensurePackages(host: Host, options: PackageOptions): Promise<void> {
  const missing = await missingPackages(host);
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

async function missingPackages(host: Host): Promise<string[]> {
  const programs = await Promise.all(
    Object.entries(PACKAGES).map(async ([program, name]) => ((await host.which(program)) ? [] : [name])),
  );
  return [...programs.flat(), ...(existsSync(host.resolve(LIBBPF.file)) ? [] : [LIBBPF.package])];
}
