import { StartError } from "../../start/errors.ts";

/** A stock Debian user space with its own kernel, systemd and Docker, as a machine of its own in QEMU. */
export interface Machine {
  /** What a user calls it by. */
  name: string;
  suite: string;
  /** Where its Docker engine comes from: Debian's unstable suite has the newest there is as a package. */
  engine: "own" | "sid";
  /** Packages of the engine; recommended ones are not installed by themselves. */
  enginePackages: readonly string[];
}

export const MACHINES: readonly Machine[] = [
  { name: "debian-12", suite: "bookworm", engine: "own", enginePackages: ["docker.io", "iptables"] },
  { name: "debian-13", suite: "trixie", engine: "own", enginePackages: ["docker.io", "docker-cli", "iptables"] },
  { name: "debian-13-docker-sid", suite: "trixie", engine: "sid", enginePackages: ["docker.io", "docker-cli"] },
];

/**
 * The machines of these names, in their order; all of them without names.
 * @throws StartError UNKNOWN_MACHINE naming those there are.
 */
export function machinesNamed(names: readonly string[]): readonly Machine[] {
  if (names.length === 0) return MACHINES;
  return names.map((name) => MACHINES.find((machine) => machine.name === name) ?? unknown(name));
}

function unknown(name: string): never {
  throw new StartError("UNKNOWN_MACHINE", {
    what: `There is no machine "${name}" here`,
    why: "it is not in tests/machines/machines.ts",
    fix: `name some of: ${MACHINES.map((machine) => machine.name).join(", ")}`,
  });
}
