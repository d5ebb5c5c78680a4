import { viewOf } from "../../../model/bytes.ts";
import type { ProcessRow } from "../../../model/process.ts";
import { cookie, countRows, processName, text, u64 } from "./bytes.ts";
import { PROCESS_ROW } from "./layout.ts";

const AT = PROCESS_ROW.fields;

/** The rows of pin `processes`. @throws DecodeError as `countRows` does. */
export function decodeProcesses(bytes: Uint8Array): ProcessRow[] {
  const view = viewOf(bytes);
  return Array.from({ length: countRows(view, PROCESS_ROW) }, (_, index) => decodeOne(view, index * PROCESS_ROW.size));
}

function decodeOne(view: DataView, at: number): ProcessRow {
  return {
    pid: view.getUint32(at + AT.pid.at, true),
    parentPid: view.getUint32(at + AT.parent_pid.at, true),
    netns: view.getUint32(at + AT.netns.at, true),
    netnsCookie: cookie(view, at + AT.netns_cookie.at),
    cgroupId: u64(view, at + AT.cgroup_id.at),
    cgroupName: text(view, at + AT.cgroup_name.at, AT.cgroup_name.bytes),
    comm: processName(view, at + AT.comm.at, AT.comm.bytes),
    startNs: u64(view, at + AT.start_ns.at),
    cpuNs: u64(view, at + AT.cpu_ns.at),
    readBytes: u64(view, at + AT.read_bytes.at),
    writtenBytes: u64(view, at + AT.written_bytes.at),
    minorFaults: u64(view, at + AT.minor_faults.at),
    majorFaults: u64(view, at + AT.major_faults.at),
    residentBytes: u64(view, at + AT.resident_bytes.at),
  };
}
