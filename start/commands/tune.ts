import { createDocker } from "../lib/docker.ts";
import { renderTuned } from "../render/tune.ts";
import { containerName } from "../settings/names.ts";
import { namedLayout } from "../stack/named-layout.ts";
import { findRunning } from "../stack/running.ts";
import { prometheusOf } from "../steps/targets.ts";
import { tune as tuneNow } from "../tune/tune.ts";
import { tuneWhenReady } from "../tune/when-ready.ts";
import { windowSeconds } from "../tune/window.ts";
import type { Command } from "./command.ts";

export const tune: Command = async ({ host, projectRoot, options, signal, stdout }) => {
  const layout = await namedLayout(host, projectRoot, options.config);
  const docker = createDocker(host);
  const { settings } = await findRunning({ docker, host, layout }, options.config);
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
  const tuned = options.whenReady ? await tuneWhenReady({ ...task, signal, onReason }) : await tuneNow(task);
  stdout.write(renderTuned(tuned));
  return 0;
};
