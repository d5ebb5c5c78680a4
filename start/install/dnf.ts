import type { PackageManager } from "./types.ts";

/** Fedora and what descends from it. Nothing here was tried on such a machine, so its commands are shown, not run. */
export const dnf: PackageManager = {
  name: "dnf",
  unattended: false,
  candidate: async () => undefined,
  listsAreOld: async () => false,
  refresh: ["dnf", "makecache"],
  install: (names) => ["dnf", "install", "--assumeyes", ...names],
};
