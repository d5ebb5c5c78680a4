import { readdir } from "node:fs/promises";
import path from "node:path";
import type { Host } from "../lib/host.ts";
import type { Check } from "./types.ts";

const DEVICES = "/sys/bus/event_source/devices";

export const pmu: Check = {
  title: "CPU counters (PMU)",
  run: async ({ host }) => {
    if (await hasPmu(host)) return { status: "ok", detail: "available" };
    return {
      status: "warning",
      detail: "none",
      why: "this machine, probably a virtual one, has no hardware counters, so llc_misses is unavailable",
      fix: "pass the PMU through in the hypervisor, or use a physical machine; everything else works without it",
    };
  },
};

/** Whether the CPU counts cache misses for perf events: `cpu`, Intel's hybrid `cpu_core`, or an ARM PMU. */
export async function hasPmu(host: Host): Promise<boolean> {
  const devices = await readdir(host.resolve(DEVICES)).catch(() => []);
  if (devices.some((device) => device.startsWith("armv8_"))) return true;
  const events = devices
    .filter((device) => device === "cpu" || device === "cpu_core")
    .map((device) => host.readText(path.join(DEVICES, device, "events/cache-misses")));
  return (await Promise.all(events)).some((event) => event !== undefined);
}
