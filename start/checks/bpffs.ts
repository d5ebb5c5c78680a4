import type { Check } from "./types.ts";

/** One type a line, "nodev\tbpf" among them. */
const FILESYSTEMS = "/proc/filesystems";

/** The engine mounts one for the stack (volume flow-pins in docker-compose.yml), whatever is mounted elsewhere. */
export const bpffs: Check = {
  title: "BPF file system",
  run: async ({ host }) => {
    const known = ((await host.readText(FILESYSTEMS)) ?? "").split("\n");
    if (known.some((line) => line.split("\t").at(-1) === "bpf"))
      return { status: "ok", detail: "supported by the kernel" };
    return {
      status: "failed",
      code: "NO_BPFFS",
      detail: "not supported by the kernel",
      why: `the tracer shares its data through a BPF file system, which ${FILESYSTEMS} does not list`,
      fix: "boot a kernel built with CONFIG_BPF_SYSCALL=y, such as the distribution's own",
    };
  },
};
