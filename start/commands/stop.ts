import { hasDefaultNames } from "../settings/names.ts";
import { namedLayout } from "../stack/named-layout.ts";
import { takeDown } from "../stack/take-down.ts";
import type { Command } from "./command.ts";

export const stop: Command = async ({ host, projectRoot, options, stdout }) => {
  const layout = await namedLayout(host, projectRoot, options.config);
  await takeDown({ host, layout }, { volumes: options.volumes });
  const kept = options.volumes ? "data volumes removed" : "data volumes kept; -- --volumes removes them";
  const { project } = layout.names;
  stdout.write(`Flowtally${hasDefaultNames(layout.names) ? "" : ` (${project})`} is stopped (${kept}).\n`);
  return 0;
};
