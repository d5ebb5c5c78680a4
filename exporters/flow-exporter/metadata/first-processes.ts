import type { Container } from "../model/container.ts";
import type { ProcessRow } from "../model/process.ts";

/**
 * Gives each container whose source does not tell its first process the one that began first in its cgroups, which is that
 * unless it has ended. `cgroups`: the container of each, by number.
 */
export function findFirstProcesses(
  containers: readonly Container[],
  cgroups: ReadonlyMap<number, string>,
  processes: ReadonlyMap<number, ProcessRow>,
): void {
  const without = containers.filter(({ pid, podUid }) => pid === 0 && podUid !== undefined);
  if (without.length === 0) return;
  const first = new Map<string, ProcessRow>();
  for (const process of processes.values()) {
    const id = cgroups.get(process.cgroupId) ?? "";
    if (process.startNs < (first.get(id)?.startNs ?? Number.POSITIVE_INFINITY)) first.set(id, process);
  }
  for (const container of without) container.pid = first.get(container.id)?.pid ?? 0;
}
