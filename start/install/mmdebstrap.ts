import type { Installer } from "./types.ts";

/** Makes the base of built images; asked for only where no container registry answers. */
export const mmdebstrap: Installer = {
  title: "mmdebstrap",
  packages: async () => ["mmdebstrap"],
};
