import { type ContextFile, packContext } from "./context.ts";
import { followUntilSilent } from "./events.ts";
import { buildFailure } from "./failures.ts";
import { hostArgs } from "./host-args.ts";
import { HOST_CA, hostCa } from "./host-ca.ts";
import { createBuildLog } from "./progress.ts";
import type { Workshop } from "./workshop.ts";

// A compiler says nothing while it works, on a slow machine for minutes.
const SILENT_MS = 600_000;

export interface Build {
  /** A service, or "builder". */
  about: string;
  tag: string;
  files: readonly ContextFile[];
  args: Record<string, string>;
}

/**
 * Builds one image with the engine's classic builder.
 * @throws StartError IMAGE_BUILD_FAILED with the last lines of its log, DISK_FULL, or the signal's reason when aborted.
 */
export async function buildImage(workshop: Workshop, { about, tag, files, args }: Build): Promise<void> {
  const { engine, host, signal, report } = workshop;
  const log = createBuildLog((line) => report(about, line));
  const context = packContext(files, { [HOST_CA]: await hostCa(host) });
  const input = { tag, context, args: { ...hostArgs(host.env), ...args } };
  try {
    await followUntilSilent({ silenceMs: SILENT_MS, signal }, (until) => engine.build(input, until), log.add);
  } catch (error) {
    signal.throwIfAborted();
    throw buildFailure(about, error, log.lines);
  } finally {
    context.destroy();
  }
}
