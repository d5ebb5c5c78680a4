import { type ProvideOptions, provideProgram } from "./provide.ts";
import type { Installer } from "./types.ts";

/** Makes the base of built images; asked for only where no container registry answers. */
const mmdebstrap: Installer = {
  title: "mmdebstrap",
  packages: async () => ["mmdebstrap"],
};

const NO_BASE = {
  code: "MMDEBSTRAP_MISSING",
  what: "The images cannot be built",
  why: "no container registry is reachable, and mmdebstrap, which builds a base image without one, is not installed",
};

/** @throws StartError MMDEBSTRAP_MISSING where it may not be installed, and those of `provideProgram` */
export function provideMmdebstrap(context: ProvideOptions): Promise<void> {
  return provideProgram("mmdebstrap", mmdebstrap, NO_BASE, context);
}
