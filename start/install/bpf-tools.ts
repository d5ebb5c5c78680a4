import type { Installer } from "./types.ts";

export const clang: Installer = {
  title: "clang",
  packages: async () => ["clang", "llvm"],
};

export const libbpfHeaders: Installer = {
  title: "libbpf headers",
  packages: async (manager) => (manager.name === "dnf" ? ["libbpf-devel"] : ["libbpf-dev"]),
};
