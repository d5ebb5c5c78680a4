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
  packages: async (manager) => (manager.name === "dnf" ? ["bpftool"] : bpftoolByApt(manager, release())),
};

/** Debian has a package of that name; Ubuntu has one per kernel version, and a wrapper that picks among them. */
async function bpftoolByApt(manager: PackageManager, kernel: string): Promise<readonly string[]> {
  if ((await manager.candidate("bpftool")) !== undefined) return ["bpftool"];
  const own = `linux-tools-${kernel}`;
  const tools = (await manager.candidate(own)) === undefined ? "linux-tools-generic" : own;
  return ["linux-tools-common", tools];
}
