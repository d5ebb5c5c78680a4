import { countRows, text, u64, viewOf } from "./bytes.ts";
import { PROCESS_ROW } from "./layout.ts";

/** One process: what tells whose sockets it owns. */
export interface ProcessRow {
  pid: number;
  netns: number;
  cgroupId: number;
  /** Last component of its v2 cgroup's path. */
  cgroupName: string;
  comm: string;
}

const AT = PROCESS_ROW.fields;

/** The rows of pin `processes`. @throws DecodeError as `countRows` does. */
export function decodeProcesses(bytes: Uint8Array): ProcessRow[] {
  const view = viewOf(bytes);
  return Array.from({ length: countRows(view, PROCESS_ROW) }, (_, index) => decodeOne(view, index * PROCESS_ROW.size));
}

function decodeOne(view: DataView, at: number): ProcessRow {
  return {
    pid: view.getUint32(at + AT.pid.at, true),
    netns: view.getUint32(at + AT.netns.at, true),
    cgroupId: u64(view, at + AT.cgroup_id.at),
    cgroupName: text(view, at + AT.cgroup_name.at, AT.cgroup_name.bytes),
    comm: text(view, at + AT.comm.at, AT.comm.bytes),
  };
}
