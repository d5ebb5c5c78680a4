import type { Endpoint } from "./endpoint.ts";

/** One BPF program in the kernel, whoever loaded it. */
export interface ProgramRow {
  id: number;
  /** As bpftool names it: tracing, cgroup_skb … */
  type: string;
  name: string;
  /** Kernel function or tracepoint; "" where there is none. */
  attachName: string;
  runs: number;
  runTimeNs: number;
  /** Events it missed because it was running on that CPU. */
  recursionMisses: number;
  /** A process with a descriptor of it or of its link; 0 unknown. */
  holderPid: number;
  holderComm: string;
}

/** A BPF program, and whose it is. */
export interface Program extends ProgramRow {
  /** Undefined where no process holds it: systemd and Docker let go of the filters they attach. */
  holder: Endpoint | undefined;
}
