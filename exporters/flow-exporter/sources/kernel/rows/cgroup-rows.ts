import { viewOf } from "../../../model/bytes.ts";
import type { CgroupRow } from "../../../model/cgroup.ts";
import { countRows, text, u64 } from "./bytes.ts";
import { CGROUP_ROW } from "./layout.ts";

const AT = CGROUP_ROW.fields;

/** The rows of pin `cgroups`, one reading after the other. A cgroup whose row is, byte by byte, where and what it was is the same object. */
export class CgroupRows {
  /** Copied, because the reader uses its buffer again. */
  #bytes = Buffer.alloc(0);
  #rows: readonly CgroupRow[] = [];

  /** @throws DecodeError as `countRows` does. */
  decode(bytes: Uint8Array): CgroupRow[] {
    const view = viewOf(bytes);
    const rows = Array.from({ length: countRows(view, CGROUP_ROW) }, (_, index) => this.#rowAt(index, bytes, view));
    this.#rows = rows;
    this.#bytes = Buffer.from(bytes);
    return rows;
  }

  #rowAt(index: number, bytes: Uint8Array, view: DataView): CgroupRow {
    const from = index * CGROUP_ROW.size;
    const to = from + CGROUP_ROW.size;
    const before = this.#rows[index];
    return before && this.#bytes.compare(bytes, from, to, from, to) === 0 ? before : decodeOne(view, from);
  }
}

function decodeOne(view: DataView, at: number): CgroupRow {
  const isCutOff = view.getUint32(at + AT.cut_off.at, true) !== 0;
  const path = text(view, at + AT.path.at, AT.path.bytes);
  return {
    id: u64(view, at + AT.id.at),
    // Half a name can look like another one's whole name.
    path: isCutOff ? path.slice(0, path.lastIndexOf("/")) : path,
    isCutOff,
    removedNs: u64(view, at + AT.removed_ns.at),
  };
}
