import { libbpfHeaders as headersInstaller } from "../install/bpf-tools.ts";
import type { Check } from "./types.ts";

const HEADER = "/usr/include/bpf/bpf_helpers.h";

export const libbpfHeaders: Check = {
  title: "libbpf headers",
  run: async ({ host }) => {
    if ((await host.readText(HEADER)) !== undefined) return { status: "ok", detail: HEADER };
    return {
      status: "missing",
      code: "LIBBPF_NOT_INSTALLED",
      detail: "not installed",
      why: `BPF programs include ${HEADER}`,
      fix: "install the package libbpf-dev (Debian, Ubuntu) or libbpf-devel (Fedora)",
      installer: headersInstaller,
    };
  },
};
