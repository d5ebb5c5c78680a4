import { availableMemory } from "../lib/memory.ts";
import { DEFAULT_CONFIG } from "../stack/layout.ts";
import type { Check } from "./types.ts";

const GIB = 2 ** 30;
const COMFORTABLE = 2 * GIB;

export const memory: Check = {
  title: "Memory",
  run: async ({ host, config = DEFAULT_CONFIG }) => {
    const available = await availableMemory(host);
    if (available === undefined) {
      const fix = "make sure that /proc is mounted";
      return { status: "warning", detail: "unknown", why: "/proc/meminfo does not report the available memory", fix };
    }
    const detail = `${(available / GIB).toFixed(1)} GiB available`;
    if (available >= COMFORTABLE) return { status: "ok", detail };
    const why = "the services may use their limits at the same time; below 2 GiB the kernel may kill one of them";
    return { status: "warning", detail, why, fix: `free some memory, or lower the limits in ${config}` };
  },
};
