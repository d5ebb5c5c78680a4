import { layoutOf } from "../stack/layout.ts";
import { takeDown } from "../stack/take-down.ts";
import type { Command } from "./command.ts";

export const stop: Command = async ({ host, projectRoot, options, stdout }) => {
  await takeDown({ host, layout: layoutOf(projectRoot, options.config) }, { volumes: options.volumes });
  const kept = options.volumes ? "data volumes removed" : "data volumes kept; -- --volumes removes them";
  stdout.write(`Flowtally is stopped (${kept}).\n`);
  return 0;
};
