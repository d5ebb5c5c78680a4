import type { Host } from "./host.ts";

/** Bytes that programs could still be given without swapping; undefined where /proc does not say. */
export async function availableMemory(host: Host): Promise<number | undefined> {
  const kib = /^MemAvailable:\s+(\d+) kB$/m.exec((await host.readText("/proc/meminfo")) ?? "")?.[1];
  return kib === undefined ? undefined : Number(kib) * 1024;
}
