import path from "node:path";
import type { Context } from "../context.ts";
import { ADDRESSES } from "../surroundings.ts";
import type { Machine } from "./machines.ts";
import { waitOf } from "./waiting.ts";

const PORT = 5432;

/**
 * Starts a PostgreSQL on the machine beside the nodes.
 * @returns the address of a database in it
 * @throws StartError CLUSTER_DIED, CLUSTER_NOT_READY
 */
export async function startStore({ signal }: Context, { processes, state }: Machine): Promise<string> {
  const program = path.join(import.meta.dirname, "store-process.ts");
  const words = [process.execPath, program, ADDRESSES.outside, `${PORT}`];
  await processes.start("store", ["env", `TMPDIR=${state}`, ...words]).saysReady(waitOf("PostgreSQL", 60_000, signal));
  return `postgres://postgres@${ADDRESSES.outside}:${PORT}/postgres`;
}
