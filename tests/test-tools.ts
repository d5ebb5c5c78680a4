import { release } from "node:os";
import type { Distribution, Installer, PackageManager } from "../start/install/types.ts";

/** On top of what `npm start` brings: what builds the tracer outside its image, and what tests look with. */
export const testTools: Installer = {
  title: "a C compiler, static libraries, bpftool, iproute2, a browser, shellcheck and PostgreSQL for the tests",
  packages: async (manager, distribution) => [
    ...["gcc", "make", "libc6-dev", "libelf-dev", "zlib1g-dev", "iproute2", "util-linux", "chromium", "shellcheck"],
    "postgresql",
    ...(await bpftool(manager, distribution)),
  ],
};

/** Ubuntu up to 24.04 has one package per kernel version, and a wrapper that picks among them. */
async function bpftool(manager: PackageManager, { id }: Distribution): Promise<readonly string[]> {
  const isPerKernel = id === "ubuntu" && (await manager.candidate("bpftool")) === undefined;
  return isPerKernel ? linuxTools(manager, release()) : ["bpftool"];
}

async function linuxTools(manager: PackageManager, kernel: string): Promise<readonly string[]> {
  const own = `linux-tools-${kernel}`;
  const tools = (await manager.candidate(own)) === undefined ? "linux-tools-generic" : own;
  return ["linux-tools-common", tools];
}
