import type { Installer } from "../start/install/types.ts";

/** Where tracers that run without a container pin; the stack has a BPF file system of its own. */
export const BPFFS = "/sys/fs/bpf";

export const bpffs: Installer = {
  title: `a BPF file system on ${BPFFS} for the tests' tracers`,
  commands: async () => [["mount", "-t", "bpf", "bpf", BPFFS]],
};
