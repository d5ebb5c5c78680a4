import path from "node:path";
import type { Context } from "../../guests/context.ts";
import { buildProgram, type GoProgram } from "../../lib/go-program.ts";

/** Of the module `github.com/cilium/cilium`; go.mod has it, too. */
const VERSION = "1.18.2";
const MODULE = path.join(import.meta.dirname, "cilium");

const CLI: GoProgram = {
  name: "hubble",
  module: MODULE,
  package: "github.com/cilium/cilium/hubble",
  variables: { "github.com/cilium/cilium/hubble/pkg.Version": `v${VERSION}` },
};
const RELAY: GoProgram = {
  name: "hubble-relay",
  module: MODULE,
  package: "github.com/cilium/cilium/hubble-relay",
  variables: { "github.com/cilium/cilium/pkg/version.ciliumVersion": VERSION },
};

/** Paths of Hubble's own programs. */
export interface Programs {
  hubble: string;
  relay: string;
}

/** One build at a time: each takes all CPUs and gigabytes of memory. @throws StartError PROGRAM_NOT_BUILT */
export async function providePrograms(context: Context): Promise<Programs> {
  return { hubble: await buildProgram(context, CLI), relay: await buildProgram(context, RELAY) };
}
