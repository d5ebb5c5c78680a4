import path from "node:path";
import { StartError } from "../errors.ts";
import { createDocker } from "../lib/docker.ts";
import { printable } from "../lib/printable.ts";
import { renderTail } from "../render/error.ts";
import { runSteps } from "../render/steps.ts";
import { renderSummary } from "../render/summary.ts";
import { loadSettings } from "../settings/index.ts";
import { namesOf } from "../settings/names.ts";
import { layoutOf } from "../stack/layout.ts";
import { takeStartLock } from "../stack/start-lock.ts";
import { takeDown } from "../stack/take-down.ts";
import { ensureWritable } from "../stack/writable.ts";
import { checks } from "../steps/checks.ts";
import { examples } from "../steps/examples.ts";
import { firstFlow } from "../steps/first-flow.ts";
import { healthy } from "../steps/healthy.ts";
import { images } from "../steps/images.ts";
import { openStartLog } from "../steps/start-log.ts";
import type { StackContext, Step } from "../steps/step.ts";
import { targets } from "../steps/targets.ts";
import { tuner } from "../steps/tuner.ts";
import { up } from "../steps/up.ts";
import { defineCommand } from "./command.ts";
import { NO_INSTALL, SETTINGS_FILE } from "./options.ts";

const PREPARE = [checks, examples, images];
const RUN = [up, healthy, targets, firstFlow, tuner];

export const start = defineCommand({
  usage: "npm start",
  about: "Check the machine, install what is missing, build and start the stack, print its URLs",
  options: { "no-install": NO_INSTALL, config: SETTINGS_FILE },
  run: async ({ host, projectRoot, options, signal, stdout, stderr }) => {
    const began = performance.now();
    const settings = await loadSettings(layoutOf(projectRoot, options.config).config, host.env);
    const layout = layoutOf(projectRoot, options.config, namesOf(settings));
    await ensureWritable(path.join(layout.root, layout.folder));
    const lock = await takeStartLock(host, layout.startLock);
    const context: StackContext = {
      host,
      docker: createDocker(host),
      layout,
      settings,
      install: !options["no-install"],
      signal,
      leftOut: [],
      images: [],
      examples: [],
      patience: 1,
    };
    const logName = path.relative(layout.root, layout.startLog);
    const log = openStartLog(layout.startLog, (reason) => {
      stderr.write(`Warning: ${logName} cannot be written; the start goes on without it: ${printable(reason)}\n`);
    });
    try {
      await bringUp(context, (steps) => runSteps(steps.map(log.recorded), context, stdout));
    } catch (error) {
      if (!signal.aborted) stderr.write(renderTail(log.tail(), log.isWhole() ? logName : "the failed step"));
      throw error;
    } finally {
      log.close();
      await lock.release();
    }
    stdout.write(renderSummary(context, (performance.now() - began) / 1000));
    return 0;
  },
});

/** Runs all steps; where one fails after something was started, nothing of it stays. */
async function bringUp(context: StackContext, run: (steps: readonly Step[]) => Promise<void>): Promise<void> {
  await run(PREPARE);
  try {
    await run(RUN);
  } catch (error) {
    await takeDown(context, { volumes: false }).catch((cause: unknown) => {
      throw new StartError(
        "CLEANUP_FAILED",
        { what: "Cleaning up after the failed start also failed", why: String(cause), fix: "run `npm run stop`" },
        { cause: error },
      );
    });
    throw error;
  }
}
