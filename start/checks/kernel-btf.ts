import { access } from "node:fs/promises";
import type { Check } from "./types.ts";

const BTF = "/sys/kernel/btf/vmlinux";

export const kernelBtf: Check = {
  title: "Kernel types (BTF)",
  run: async ({ host }) => {
    const present = await access(host.resolve(BTF)).then(
      () => true,
      () => false,
    );
    if (present) return { status: "ok", detail: BTF };
    return {
      status: "failed",
      code: "NO_BTF",
      detail: "none",
      why: `the kernel does not describe its types: ${BTF} does not exist`,
      fix: "boot a kernel built with CONFIG_DEBUG_INFO_BTF=y, such as the distribution's own",
    };
  },
};
