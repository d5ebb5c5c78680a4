import type { Installer } from "./types.ts";

/** Debian and Ubuntu only recommend it beside the engine; elsewhere no kernel has it on. */
export const apparmorTools: Installer = {
  title: "AppArmor's tools",
  packages: async () => ["apparmor"],
};
