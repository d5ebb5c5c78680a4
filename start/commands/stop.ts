import { createDocker } from "../lib/docker.ts";
import { renderWarning } from "../render/error.ts";
import { hasDefaultNames } from "../settings/names.ts";
import { startedLayout } from "../stack/named-layout.ts";
import { tryLoadSettings } from "../stack/running.ts";
import { takeDown } from "../stack/take-down.ts";
import { defineCommand } from "./command.ts";
import { SETTINGS_FILE } from "./options.ts";

export const stop = defineCommand({
  usage: "npm run stop",
  about: "Stop the stack and keep its data",
  options: {
    volumes: { type: "boolean", about: "remove the data volumes as well" },
    config: SETTINGS_FILE,
  },
  run: async ({ host, projectRoot, options, stdout, stderr }) => {
    const layout = await startedLayout(host, createDocker(host), projectRoot, options.config);
    const { fault } = await tryLoadSettings(layout.config, host.env);
    if (fault) stderr.write(renderWarning(fault));
    await takeDown({ host, layout }, { volumes: options.volumes });
    const kept = options.volumes
      ? "data volumes removed"
      : "data volumes kept; to remove them: npm run stop -- --volumes";
    const { project } = layout.names;
    stdout.write(`Flowtally${hasDefaultNames(layout.names) ? "" : ` (${project})`} stopped (${kept}).\n`);
    return 0;
  },
});
