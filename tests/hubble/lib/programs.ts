import type { Programs } from "../programs/index.ts";

/** By which `npm run test:hubble` tells the tests of the programs that it has built. */
export const PROGRAMS_VARIABLE = "FLOWTALLY_HUBBLE";

/** @throws Error where a test is run without that command */
export function programs(): Programs {
  const text = process.env[PROGRAMS_VARIABLE];
  if (text === undefined) throw new Error("run this by `npm run test:hubble`, which builds Hubble's programs");
  return JSON.parse(text) as Programs;
}
