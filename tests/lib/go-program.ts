import { readFile } from "node:fs/promises";
import path from "node:path";
import { StartError } from "../../start/errors.ts";
import { digestOf, keep } from "../guests/cache.ts";
import type { Context } from "../guests/context.ts";

/** A program that is built from Go modules, by a go.mod of ours. */
export interface GoProgram {
  name: string;
  /** Folder with go.mod and go.sum. */
  module: string;
  package: string;
  /** Variables that its release build sets, by their names in Go. */
  variables: Readonly<Record<string, string>>;
}

/**
 * Builds a program unless the cache has one that was built from the same.
 * @returns its path
 * @throws StartError PROGRAM_NOT_BUILT
 */
export async function buildProgram({ host, cache, report, signal }: Context, program: GoProgram): Promise<string> {
  const files = await Promise.all(
    ["go.mod", "go.sum"].map((name) => readFile(path.join(program.module, name), "utf8")),
  );
  const args = argsOf(program);
  const digest = digestOf(host.arch, program.package, ...args, ...files);
  return keep(path.join(cache, "programs", digest, program.name), async (unfinished) => {
    const began = performance.now();
    report(`building ${program.name}`);
    // What builds needs every CPU for minutes: whatever else runs here comes first.
    const command = ["-n", "10", "go", "build", ...args, "-o", unfinished, program.package];
    const env = { CGO_ENABLED: "0", GOFLAGS: "-buildvcs=false -mod=readonly", GOTOOLCHAIN: "auto" };
    const built = await host.run("nice", command, { cwd: program.module, env, signal });
    if (!built.ok) throw notBuilt(program.name, built.stderr);
    report(`built ${program.name} in ${((performance.now() - began) / 1000).toFixed(0)} s`);
  });
}

function argsOf({ variables }: GoProgram): string[] {
  const set = Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`);
  return ["-trimpath", "-ldflags", ["-s", "-w", ...set].join(" ")];
}

function notBuilt(name: string, output: string): StartError {
  return new StartError("PROGRAM_NOT_BUILT", {
    what: `${name} could not be built`,
    why: output.trim().split("\n").slice(-20).join("\n") || "go is not to be run",
    fix: "look whether Go 1.21 or newer is installed, and whether it reaches its modules",
  });
}
