import { createDocker } from "../lib/docker.ts";
import { renderTuned } from "../render/tune.ts";
import { loadSettings } from "../settings/index.ts";
import { layoutOf } from "../stack/layout.ts";
import { prometheusOf } from "../steps/targets.ts";
import { tune as tuneNow } from "../tune/tune.ts";
import { tuneWhenReady } from "../tune/when-ready.ts";
import { windowSeconds } from "../tune/window.ts";
import type { Command } from "./command.ts";

export const tune: Command = async ({ host, projectRoot, options, signal, stdout }) => {
  const layout = layoutOf(projectRoot, options.config);
  const settings = await loadSettings(layout.config);
  const task = {
    docker: createDocker(host),
    prometheus: prometheusOf({ settings }),
    layout,
    settings,
    container: options.container ?? "grafana",
    windowSeconds: windowSeconds(options.window),
    exact: options.exact,
  };
  const onReason = (reason: string) => void stdout.write(`waiting: ${reason}\n`);
  const tuned = options.whenReady ? await tuneWhenReady({ ...task, signal, onReason }) : await tuneNow(task);
  stdout.write(renderTuned(tuned));
  return 0;
};
