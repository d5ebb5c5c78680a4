/** One process: whose sockets it owns, and what it has done since its start. */
export interface ProcessRow {
  pid: number;
  parentPid: number;
  netns: number;
  netnsCookie: number;
  cgroupId: number;
  /** Last component of its v2 cgroup's path. */
  cgroupName: string;
  comm: string;
  /** Nanoseconds since boot. */
  startNs: number;
  cpuNs: number;
  /** From and to block devices, those of children it has waited for included. */
  readBytes: number;
  writtenBytes: number;
  minorFaults: number;
  majorFaults: number;
  residentBytes: number;
}

export function byPid(processes: readonly ProcessRow[]): Map<number, ProcessRow> {
  const rows = new Map<number, ProcessRow>();
  for (const process of processes) rows.set(process.pid, process);
  return rows;
}
