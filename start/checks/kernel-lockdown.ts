import type { Check } from "./types.ts";

/** "none [integrity] confidentiality"; not there where the kernel knows no lockdown. */
const LOCKDOWN = "/sys/kernel/security/lockdown";

export const kernelLockdown: Check = {
  title: "Kernel lockdown",
  run: async ({ host }) => {
    const mode = /\[(\w+)\]/.exec((await host.readText(LOCKDOWN)) ?? "")?.[1] ?? "none";
    if (mode !== "confidentiality") return { status: "ok", detail: mode };
    return {
      status: "failed",
      code: "LOCKED_DOWN",
      detail: mode,
      why: "in this mode BPF programs may not read kernel memory, where sockets keep their counters",
      fix: "boot with lockdown=integrity, or without lockdown=",
    };
  },
};
