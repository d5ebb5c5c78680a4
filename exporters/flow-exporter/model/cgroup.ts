/** A control group of cgroup v2, as the kernel made it. */
export interface CgroupRow {
  id: number;
  /** From the root of the hierarchy; of a longer one as many whole names as there was room for. */
  path: string;
  /** Whether the path goes on. */
  isCutOff: boolean;
  /** Nanoseconds since boot; 0: it is there. */
  removedNs: number;
}
