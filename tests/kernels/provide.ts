import { existsSync } from "node:fs";
import { applyInstall } from "../../start/install/apply.ts";
import { clang, libbpfHeaders } from "../../start/install/bpf-tools.ts";
import { readSystem } from "../../start/install/system.ts";
import type { Installer } from "../../start/install/types.ts";
import type { Context } from "../guests/context.ts";

/** What the tracer and the workloads are built with, and what the tests look with. Guests see this machine's programs. */
const PROGRAMS = ["cc", "make", "clang", "bpftool", "ip", "ss", "sysctl", "unshare"];
const FILES = ["/usr/include/libelf.h", "/usr/include/zlib.h", "/usr/include/bpf/bpf_helpers.h"];

const tools: Installer = {
  title: "a C compiler, static libraries, bpftool and iproute2",
  packages: async () => ["gcc", "make", "libc6-dev", "libelf-dev", "zlib1g-dev", "bpftool", "iproute2", "procps"],
};

/** Installs what is missing on this machine to build the tracer and to run its tests. @throws StartError INSTALL_FAILED */
export async function provideTests(context: Context): Promise<void> {
  const found = await Promise.all(PROGRAMS.map((program) => context.host.which(program)));
  if (!found.includes(undefined) && FILES.every((file) => existsSync(file))) return;
  await applyInstall(await readSystem(context.host), [tools, clang, libbpfHeaders], context);
}
