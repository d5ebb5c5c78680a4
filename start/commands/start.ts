import { StartError } from "../errors.ts";
import { createDocker } from "../lib/docker.ts";
import { runSteps } from "../render/steps.ts";
import { renderSummary } from "../render/summary.ts";
import { loadSettings } from "../settings/index.ts";
import { namesOf } from "../settings/names.ts";
import { layoutOf } from "../stack/layout.ts";
import { takeDown } from "../stack/take-down.ts";
import { checks } from "../steps/checks.ts";
import { examples } from "../steps/examples.ts";
import { firstFlow } from "../steps/first-flow.ts";
import { healthy } from "../steps/healthy.ts";
import { images } from "../steps/images.ts";
import type { StackContext } from "../steps/step.ts";
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
  run: async ({ host, projectRoot, options, signal, stdout }) => {
    const began = performance.now();
    const settings = await loadSettings(layoutOf(projectRoot, options.config).config, host.env);
    const layout = layoutOf(projectRoot, options.config, namesOf(settings));
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
    await runSteps(PREPARE, context);
    try {
      await runSteps(RUN, context);
    } catch (error) {
      await takeDown(context, { volumes: false }).catch((cause: unknown) => {
        throw new StartError(
          "CLEANUP_FAILED",
          { what: "The failed start could not be taken back", why: String(cause), fix: "run `npm run stop`" },
          { cause: error },
        );
      });
      throw error;
    }
    stdout.write(renderSummary(context, (performance.now() - began) / 1000));
    return 0;
  },
});
