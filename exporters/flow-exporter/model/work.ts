/** What processes have done: CPU time, bytes from and to block devices, page faults; and the memory they have at the end of it. */
export interface Work {
  cpuSeconds: number;
  readBytes: number;
  writtenBytes: number;
  minorFaults: number;
  majorFaults: number;
  residentBytes: number;
}

/** The work beside a flow. */
export interface FlowWork {
  pid: number;
  comm: string;
  /** By the process, from its own start to the flow's. */
  before: Work;
  /** From the flow's start to its end, or to now. */
  during: Work;
}
