import { UsageError } from "../errors.ts";
import { createDocker } from "../lib/docker.ts";
import { printable } from "../lib/printable.ts";
import { renderRestored, renderTuned } from "../render/tune.ts";
import { containerName } from "../settings/names.ts";
import { namedLayout } from "../stack/named-layout.ts";
import { findConfigured } from "../stack/running.ts";
import { prometheusOf } from "../steps/targets.ts";
import { containerNamed } from "../tune/named.ts";
import { resetLimit } from "../tune/reset.ts";
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
    "dry-run": { type: "boolean", about: "show the limit it would set, and change nothing" },
    reset: { type: "boolean", about: "go back to the limit in the settings" },
    exact: { type: "boolean", about: "average plus 20 % even if the peak was higher" },
    "when-ready": { type: "boolean", about: "wait until there are enough samples" },
    config: SETTINGS_FILE,
  },
  run: async ({ host, projectRoot, options, signal, stdout }) => {
    refuseContradictions(options);
    const window = windowSeconds(options.window);
    const named = options.container === undefined ? undefined : containerNamed(options.container);
    const layout = await namedLayout(host, projectRoot, options.config);
    const docker = createDocker(host);
    const { settings } = await findConfigured({ docker, host, layout }, options.config);
    const container = named ?? containerName(layout.names, "grafana");
    if (options.reset) {
      stdout.write(renderRestored(await resetLimit({ host, docker, layout, settings, container })));
      return 0;
    }
    const task = {
      docker,
      prometheus: prometheusOf({ settings }),
      layout,
      settings,
      container,
      windowSeconds: window,
      exact: options.exact,
      dryRun: options["dry-run"],
    };
    const onReason = (reason: string) => void stdout.write(`waiting: ${printable(reason)}\n`);
    const tuned = options["when-ready"] ? await tuneWhenReady({ ...task, signal, onReason }) : await tuneNow(task);
    stdout.write(renderTuned(tuned));
    return 0;
  },
});

/** What says how to measure makes no sense where nothing is measured. */
function refuseContradictions({ reset, ...others }: Record<string, string | boolean | undefined>): void {
  const measuring = ["window", "exact", "dry-run", "when-ready"].find((name) => others[name]);
  if (reset && measuring) throw new UsageError(`Options --reset and --${measuring} cannot be combined.`);
}
