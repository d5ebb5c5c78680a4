import type { Installer } from "./types.ts";

export const BPFFS = "/sys/fs/bpf";

export const mountBpffs: Installer = {
  title: `bpffs on ${BPFFS}`,
  commands: async () => [["mount", "-t", "bpf", "bpf", BPFFS]],
};
