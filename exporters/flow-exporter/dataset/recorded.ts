import type { ProcessRow } from "../model/process.ts";

/** What a recording has of a job, as plain values. Times are nanoseconds since boot; bytes are TCP payload, each sent byte once. */

/** Payload that a container has sent and received. */
export interface Traffic {
  sentBytes: number;
  receivedBytes: number;
}

/** What a process had done up to the call that the flow's first byte is of: all of its threads, ended ones too. */
export type ProcessBefore = Pick<
  ProcessRow,
  "pid" | "comm" | "startNs" | "cpuNs" | "readBytes" | "writtenBytes" | "minorFaults" | "majorFaults" | "residentBytes"
>;

/** What the thread that sends had done up to then. */
export interface ThreadBefore {
  cpuNs: number;
  /** By read system calls, from whatever it reads; undefined: this kernel does not count them. */
  readCallBytes: number | undefined;
  readCalls: number | undefined;
  voluntarySwitches: number;
  involuntarySwitches: number;
}

/** How a flow ended: the connection did, nothing came for the gap, or the recording did. */
export type FlowEnd = "closed" | "gap" | "recording";

/** One flow in one direction: what a recorded container has sent on a connection, all of it or one burst. */
export interface RecordedFlow {
  /** 64 hexadecimal digits, and what it is called. */
  containerId: string;
  container: string;
  /** Who it was sent to: a container's name, or an address. */
  peer: string;
  sourceAddress: string;
  sourcePort: number;
  destinationAddress: string;
  destinationPort: number;
  /** Whether the recorded container opened the connection; undefined: nobody saw. */
  isClient: boolean | undefined;
  /** When its first byte left. */
  startNs: number;
  /** When the system call began that its first byte is of; undefined: nobody saw. What is done within it is the flow's own work. */
  calledNs: number | undefined;
  /** When its last byte left. */
  lastNs: number;
  bytes: number;
  /** Bytes of the first send call; undefined: not known. */
  firstCallBytes: number | undefined;
  /** Send calls, as far as they are seen. */
  calls: number | undefined;
  /** What the container had sent and received in the recording before the first byte left, to and from all, and this peer. */
  before: Traffic;
  beforeWithPeer: Traffic;
  /** Smoothed round-trip time as of then; 0: not known. */
  rttSeconds: number;
  /** As that call began. Undefined: nobody saw who sends. */
  process: ProcessBefore | undefined;
  thread: ThreadBefore | undefined;
  end: FlowEnd;
  /** Whether the connection began within the recording; of one that did not, bytes may have gone before. */
  isWhole: boolean;
}

/** Counters of a container; bytes and operations are totals since some moment before the recording. Undefined: this machine does not tell. */
export interface ContainerCounters {
  cpuNs: number;
  memoryBytes: number;
  readBytes: number | undefined;
  writtenBytes: number | undefined;
  reads: number | undefined;
  writes: number | undefined;
  /** By cache misses or page faults: the sidecar says which. */
  memoryReadBytes: number | undefined;
  memoryWrittenBytes: number | undefined;
}

/** Of the whole machine. */
export interface HostCounters {
  /** Of all CPUs. */
  busyNs: number;
  memoryUsedBytes: number;
  readBytes: number;
  writtenBytes: number;
}

/** One look at the counters. A flow may be told only of what had been read whole before it began. */
export interface Sample {
  beganNs: number;
  endedNs: number;
  host: HostCounters;
  /** By container id. */
  containers: ReadonlyMap<string, ContainerCounters>;
}

/** What the kernel part tells of the send queues, and of cache misses, as often as samples are taken. */
export interface QueueSample {
  atNs: number;
  containerId: string;
  /** Written by its processes to TCP sockets, and not acknowledged yet. */
  queuedBytes: number;
  /** By cache misses; undefined: there is no PMU. */
  memoryReadBytes: number | undefined;
  memoryWrittenBytes: number | undefined;
}

/** The machine that a job ran on. */
export interface Machine {
  cpus: number;
  memoryBytes: number;
  pageBytes: number;
  /** Of a container: its limit; left out: that of the machine. */
  memoryLimits: ReadonlyMap<string, number>;
}
