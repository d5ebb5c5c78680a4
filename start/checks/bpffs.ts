import { BPFFS, mountBpffs } from "../install/mount-bpffs.ts";
import { readMounts } from "./mounts.ts";
import type { Check } from "./types.ts";

export const bpffs: Check = {
  title: "BPF file system",
  run: async ({ host }) => {
    const mounts = await readMounts(host);
    if (mounts.some(({ target, type }) => target === BPFFS && type === "bpf")) return { status: "ok", detail: BPFFS };
    return {
      status: "missing",
      code: "NO_BPFFS",
      detail: `not mounted on ${BPFFS}`,
      why: "the tracer hands its data over through files in it",
      fix: `mount -t bpf bpf ${BPFFS}`,
      installer: mountBpffs,
    };
  },
};
