import { viewOf } from "../../../model/bytes.ts";
import type { ProgramRow } from "../../../model/program.ts";
import { countRows, processName, text, u64 } from "./bytes.ts";
import { PROGRAM_ROW } from "./layout.ts";

const AT = PROGRAM_ROW.fields;

/** By number: enum bpf_prog_type. */
const TYPES = [
  "unspec",
  "socket_filter",
  "kprobe",
  "sched_cls",
  "sched_act",
  "tracepoint",
  "xdp",
  "perf_event",
  "cgroup_skb",
  "cgroup_sock",
  "lwt_in",
  "lwt_out",
  "lwt_xmit",
  "sock_ops",
  "sk_skb",
  "cgroup_device",
  "sk_msg",
  "raw_tracepoint",
  "cgroup_sock_addr",
  "lwt_seg6local",
  "lirc_mode2",
  "sk_reuseport",
  "flow_dissector",
  "cgroup_sysctl",
  "raw_tracepoint_writable",
  "cgroup_sockopt",
  "tracing",
  "struct_ops",
  "ext",
  "lsm",
  "sk_lookup",
  "syscall",
  "netfilter",
] as const;

/** The rows of pin `programs`. @throws DecodeError as `countRows` does. */
export function decodePrograms(bytes: Uint8Array): ProgramRow[] {
  const view = viewOf(bytes);
  return Array.from({ length: countRows(view, PROGRAM_ROW) }, (_, index) => decodeOne(view, index * PROGRAM_ROW.size));
}

function decodeOne(view: DataView, at: number): ProgramRow {
  const type = view.getUint32(at + AT.type.at, true);
  return {
    id: view.getUint32(at + AT.id.at, true),
    type: TYPES[type] ?? `type_${type}`,
    name: text(view, at + AT.name.at, AT.name.bytes),
    attachName: text(view, at + AT.attach_name.at, AT.attach_name.bytes),
    runs: u64(view, at + AT.runs.at),
    runTimeNs: u64(view, at + AT.run_time_ns.at),
    recursionMisses: u64(view, at + AT.recursion_misses.at),
    holderPid: view.getUint32(at + AT.holder_pid.at, true),
    holderComm: processName(view, at + AT.holder_comm.at, AT.holder_comm.bytes),
  };
}
