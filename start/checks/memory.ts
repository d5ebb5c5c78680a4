import { availableMemory } from "../lib/memory.ts";
import type { Check } from "./types.ts";

const GIB = 2 ** 30;
const COMFORTABLE = 2 * GIB;

export const memory: Check = {
  title: "Memory",
  run: async ({ host }) => {
    const available = await availableMemory(host);
    if (available === undefined) {
      const fix = "see that /proc is mounted";
      return { status: "warning", detail: "unknown", why: "/proc/meminfo does not say how much is available", fix };
    }
    const detail = `${(available / GIB).toFixed(1)} GiB available`;
    if (available >= COMFORTABLE) return { status: "ok", detail };
    const why = "the stack may use up to its limits together; below 2 GiB the kernel may end one of its services";
    return { status: "warning", detail, why, fix: "free some memory, or lower the limits in config.monitoring" };
  },
};
