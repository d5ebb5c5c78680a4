/** How the tracer is: time in nanoseconds since boot, losses in sockets, events and datagrams. */
export interface Status {
  heartbeatNs: number;
  /** Sockets the last snapshot had no room for. */
  liveLost: number;
  /** The others count since the tracer was loaded. */
  tableFull: number;
  closedLost: number;
  missedEvents: number;
  udpLost: number;
  /** What the tracer could do without, and left out where the kernel refuses it. */
  parts: Readonly<Record<Part, boolean>>;
  /** Where in the kernel UDP is counted. */
  udpMode: UdpMode;
  /** How many entries its tables have room for. */
  room: Readonly<Record<Table, number>>;
  /** Kernel memory that its tables take. */
  tableBytes: number;
  /** Times that the kernel did not enter a program that follows sockets, as it was running on that CPU already. */
  refusedRuns: number;
  /** Flows that ended since the tracer was loaded: the last sequence given. */
  closedWritten: number;
  /** Of them, rows that were acknowledged. */
  closedFreed: number;
  /** Reads of pin `closed` that began, since the tracer was loaded. */
  closedReads: number;
  /** Reads of pin `snapshot` that began, since the tracer was loaded. */
  snapshots: number;
  /** Which of them the rows of pin `live` are from; another than the last: one is being taken, or broke off. */
  liveSnapshot: number;
  /** Control groups that left the tracer's table before anybody read them, since it was loaded. */
  cgroupsLost: number;
}

/** What the tracer could do without. */
export type Part = "udp" | "processes" | "owners" | "programs" | "cgroups";

/** Open TCP flows, ended ones that wait for us, UDP flows. */
type Table = "flows" | "closed" | "udp";

/** Where in the kernel UDP is counted. */
export type UdpMode = "off" | "cgroup" | "functions";
