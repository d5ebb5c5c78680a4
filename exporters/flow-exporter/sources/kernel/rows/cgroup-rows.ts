import { viewOf } from "../../../model/bytes.ts";
import type { CgroupRow } from "../../../model/cgroup.ts";
import { countRows, text, u64 } from "./bytes.ts";
import { CGROUP_ROW } from "./layout.ts";

const AT = CGROUP_ROW.fields;

/** The rows of pin `cgroups`. @throws DecodeError as `countRows` does. */
export function decodeCgroups(bytes: Uint8Array): CgroupRow[] {
  const view = viewOf(bytes);
  return Array.from({ length: countRows(view, CGROUP_ROW) }, (_, index) => decodeOne(view, index * CGROUP_ROW.size));
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
