import { createDocker } from "../lib/docker.ts";
import { renderTuned } from "../render/tune.ts";
import { containerName } from "../settings/names.ts";
import { namedLayout } from "../stack/named-layout.ts";
import { findConfigured } from "../stack/running.ts";
import { prometheusOf } from "../steps/targets.ts";
import { tune as tuneNow } from "../tune/tune.ts";
import { tuneWhenReady } from "../tune/when-ready.ts";
import { windowSeconds } from "../tune/window.ts";
import { defineCommand } from "./command.ts";
import { SETTINGS_FILE } from "./options.ts";

export const tune = defineCommand({
  usage: "npm run tune",
  about: "Set Grafana's memory limit to its average use plus 20 %",
  options: {
    container: { type: "string", value: "NAME", about: "tune this container instead of Grafana's" },
    window: { type: "string", value: "TIME", about: "how far back to look, 30s to 24h (default 15m)" },
    exact: { type: "boolean", about: "average plus 20 % even if the peak was higher" },
    "when-ready": { type: "boolean", about: "wait until there are enough samples" },
    config: SETTINGS_FILE,
  },
  run: async ({ host, projectRoot, options, signal, stdout }) => {
    const layout = await namedLayout(host, projectRoot, options.config);
    const docker = createDocker(host);
    const { settings } = await findConfigured({ docker, host, layout }, options.config);
    const task = {
      docker,
      prometheus: prometheusOf({ settings }),
      layout,
      settings,
      container: options.container ?? containerName(layout.names, "grafana"),
      windowSeconds: windowSeconds(options.window),
      exact: options.exact,
    };
    const onReason = (reason: string) => void stdout.write(`waiting: ${reason}\n`);
    const tuned = options["when-ready"] ? await tuneWhenReady({ ...task, signal, onReason }) : await tuneNow(task);
    stdout.write(renderTuned(tuned));
    return 0;
  },
});
