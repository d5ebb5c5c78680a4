import type { ProcessRow } from "../../model/process.ts";
import type { Host } from "./host.ts";
import { cgroupPath } from "./process-files.ts";

const MAX_PATHS = 10_000;
/** What nothing is known of without the kernel's own report. */
const UNKNOWN = {
  parentPid: 0,
  netnsCookie: 0,
  startNs: 0,
  cpuNs: 0,
  readBytes: 0,
  writtenBytes: 0,
  minorFaults: 0,
  majorFaults: 0,
  residentBytes: 0,
};

/** The processes that are asked for, as far as `/proc` lets anybody see them: name and cgroup. */
export class ProcProcesses {
  readonly #host: Host;
  /** A number for each cgroup: the kernel's own is not in `/proc`. */
  readonly #cgroups = new Map<string, number>();
  #last = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /** `asked`: network namespaces by process; 0 not known. Those that have gone are left out. */
  read(asked: ReadonlyMap<number, number>): ProcessRow[] {
    return [...asked].flatMap(([pid, netns]) => {
      const comm = this.#host.processFile(pid, "status").match(/^Name:\t(.*)$/m)?.[1];
      if (comm === undefined) return [];
      const path = cgroupPath(this.#host.processFile(pid, "cgroup")) ?? "";
      const cgroupName = path.slice(path.lastIndexOf("/") + 1);
      return [{ ...UNKNOWN, pid, netns, comm, cgroupId: this.#numberOf(path), cgroupName }];
    });
  }

  #numberOf(path: string): number {
    if (path === "") return 0;
    const known = this.#cgroups.get(path);
    if (known !== undefined) return known;
    if (this.#cgroups.size >= MAX_PATHS) this.#cgroups.clear();
    this.#last += 1;
    this.#cgroups.set(path, this.#last);
    return this.#last;
  }
}
