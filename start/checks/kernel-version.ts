import type { Check } from "./types.ts";
import { isAtLeast, parseVersion } from "./version.ts";

/** Socket storage iterators and task iterators as the tracer uses them. */
const OLDEST = [5, 15] as const;

export const kernelVersion: Check = {
  title: "Kernel",
  run: async ({ host }) => {
    const release = (await host.readText("/proc/sys/kernel/osrelease"))?.trim() ?? "unknown";
    const version = parseVersion(release);
    if (version && isAtLeast(version, OLDEST)) return { status: "ok", detail: release };
    return {
      status: "failed",
      code: "KERNEL_TOO_OLD",
      detail: release,
      why: `the BPF programs need Linux ${OLDEST.join(".")} or newer, this machine runs ${release}`,
      fix: "boot a newer kernel; most distributions offer one as a backport",
    };
  },
};
