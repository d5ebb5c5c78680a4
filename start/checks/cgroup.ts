import { readMounts } from "./mounts.ts";
import type { Check } from "./types.ts";

export const cgroup: Check = {
  title: "Control groups",
  run: async ({ host }) => {
    const mounts = await readMounts(host);
    const v2 = mounts.find(({ type }) => type === "cgroup2");
    const hasV1 = mounts.some(({ type }) => type === "cgroup");
    if (v2) return { status: "ok", detail: `${hasV1 ? "v1 with a v2 hierarchy" : "v2"} on ${v2.target}` };
    return {
      status: "warning",
      detail: hasV1 ? "v1 only" : "none mounted",
      why: "without a v2 hierarchy the kernel cannot say which control group a socket belongs to, so owners are found by process only",
      fix: "boot with systemd.unified_cgroup_hierarchy=1, or mount one: mount -t cgroup2 none /sys/fs/cgroup/unified",
    };
  },
};
