import { StartError } from "../../start/errors.ts";

/** A stock Debian kernel of amd64, as its packages name it. */
export interface StockKernel {
  /** Its series: what a user calls it by. */
  name: string;
  suite: string;
  /** Version of the packages. */
  version: string;
  /** What `uname -r` says in it; its packages are named by it. */
  release: string;
}

/**
 * Cloud flavours: a fifth of the size, and all that is needed here is in them (virtiofs, overlay, veth, types).
 * 6.19, 7.0 and 7.1 are served without their modules and 5.15 not at all, so that they are not here.
 */
export const KERNELS: readonly StockKernel[] = [
  { name: "6.1", suite: "bookworm", version: "6.1.176-1", release: "6.1.0-50-cloud-amd64" },
  { name: "6.12", suite: "trixie", version: "6.12.117-1", release: "6.12.117+deb13-cloud-amd64" },
  backported("6.16", "6.16.12"),
  backported("6.17", "6.17.13"),
  backported("6.18", "6.18.15"),
  backported("7.2", "7.2.12"),
  backported("7.3", "7.3.4"),
];

/** The oldest that is tested, Debian 13's, and the newest. */
export const SHORT_LIST: readonly string[] = ["6.1", "6.12", "7.3"];

function backported(name: string, version: string): StockKernel {
  return {
    name,
    suite: "trixie-backports",
    version: `${version}-1~bpo13+1`,
    release: `${version}+deb13-cloud-amd64`,
  };
}

/**
 * The kernels of these names, in their order; all of them without names.
 * @throws StartError UNKNOWN_KERNEL naming those there are.
 */
export function kernelsNamed(names: readonly string[]): readonly StockKernel[] {
  if (names.length === 0) return KERNELS;
  return names.map((name) => KERNELS.find((kernel) => kernel.name === name) ?? unknown(name));
}

function unknown(name: string): never {
  throw new StartError("UNKNOWN_KERNEL", {
    what: `There is no kernel "${name}" here`,
    why: "it is not in tests/guests/kernels.ts",
    fix: `name some of: ${KERNELS.map((kernel) => kernel.name).join(", ")}`,
  });
}
