import type { ProgramRow } from "../decode/program-rows.ts";
import type { Endpoint } from "../model/endpoint.ts";
import { processOwner } from "./owner.ts";
import type { World } from "./world.ts";

/** A BPF program, and whose it is. */
export interface Program extends ProgramRow {
  /** Undefined where no process holds it: systemd and Docker let go of the filters they attach. */
  holder: Endpoint | undefined;
}

export function joinProgram(row: ProgramRow, world: World): Program {
  return { ...row, holder: row.holderPid === 0 ? undefined : processOwner(row.holderPid, row.holderComm, world) };
}
