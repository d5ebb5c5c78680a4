import { viewOf } from "../../../model/bytes.ts";
import type { ProcessRow } from "../../../model/process.ts";
import { cookie, countRows, processName, text, u64 } from "./bytes.ts";
import { PROCESS_ROW } from "./layout.ts";

const AT = PROCESS_ROW.fields;
const { size: SIZE } = PROCESS_ROW;

/**
 * The rows of pin `processes`, one reading after the other. Most processes rest from one to the next, and come in the same
 * order: what is, byte by byte, as it was is the same object, which costs nothing to make and leaves no garbage.
 */
export class ProcessRows {
  /** Copied, because the reader uses its buffer again. */
  #bytes = Buffer.alloc(0);
  #rows: readonly ProcessRow[] = [];

  /** @throws DecodeError as `countRows` does. */
  decode(bytes: Uint8Array): ProcessRow[] {
    const view = viewOf(bytes);
    const rows: ProcessRow[] = [];
    const count = countRows(view, PROCESS_ROW);
    // Of the reading before: the row that is probably next.
    let next = 0;
    for (let index = 0; index < count; index++) {
      const at = index * SIZE;
      next = this.#seek(view.getUint32(at + AT.pid.at, true), next);
      const before = this.#rows[next];
      const isAsBefore = before && this.#bytes.compare(bytes, at, at + SIZE, next * SIZE, (next + 1) * SIZE) === 0;
      rows.push(isAsBefore ? before : decodeOne(view, at));
    }
    this.#rows = rows;
    if (this.#bytes.length < bytes.length) this.#bytes = Buffer.from(bytes);
    else this.#bytes.set(bytes);
    return rows;
  }

  /** The kernel goes through processes by their number: the row of `pid` before, or that of the next one that was there. */
  #seek(pid: number, from: number): number {
    let at = from;
    while ((this.#rows[at]?.pid ?? pid) < pid) at += 1;
    return at;
  }
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
