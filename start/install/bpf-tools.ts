import { release } from "node:os";
import type { Installer, PackageManager } from "./types.ts";

export const clang: Installer = {
  title: "clang",
  packages: async () => ["clang", "llvm"],
};

export const libbpfHeaders: Installer = {
  title: "libbpf headers",
  packages: async (manager) => (manager.name === "dnf" ? ["libbpf-devel"] : ["libbpf-dev"]),
};

export const bpftool: Installer = {
  title: "bpftool",
  packages: async (manager, { id }) => {
    // Ubuntu up to 24.04 has one package per kernel version, and a wrapper that picks among them.
    const isPerKernel = id === "ubuntu" && (await manager.candidate("bpftool")) === undefined;
    return isPerKernel ? linuxTools(manager, release()) : ["bpftool"];
  },
};

async function linuxTools(manager: PackageManager, kernel: string): Promise<readonly string[]> {
  const own = `linux-tools-${kernel}`;
  const tools = (await manager.candidate(own)) === undefined ? "linux-tools-generic" : own;
  return ["linux-tools-common", tools];
}
