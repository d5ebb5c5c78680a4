import { hasDefaultNames } from "../settings/names.ts";
import { namedLayout } from "../stack/named-layout.ts";
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
  run: async ({ host, projectRoot, options, stdout }) => {
    const layout = await namedLayout(host, projectRoot, options.config);
    await takeDown({ host, layout }, { volumes: options.volumes });
    const kept = options.volumes ? "data volumes removed" : "data volumes kept; -- --volumes removes them";
    const { project } = layout.names;
    stdout.write(`Flowtally${hasDefaultNames(layout.names) ? "" : ` (${project})`} is stopped (${kept}).\n`);
    return 0;
  },
});
