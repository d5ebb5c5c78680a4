import type { World } from "../metadata/world.ts";
import type { Program, ProgramRow } from "../model/program.ts";
import { processOwner } from "./owner.ts";

export function joinProgram(row: ProgramRow, world: World): Program {
  return { ...row, holder: row.holderPid === 0 ? undefined : processOwner(row.holderPid, row.holderComm, world) };
}
