import type { Command } from "./command.ts";
import { dashboards } from "./dashboards.ts";
import { dataset } from "./dataset.ts";
import { doctor } from "./doctor.ts";
import { record } from "./record.ts";
import { replay } from "./replay.ts";
import { start } from "./start.ts";
import { status } from "./status.ts";
import { stop } from "./stop.ts";
import { stress } from "./stress.ts";
import { tune } from "./tune.ts";

/** Every command of the launcher by its name, in the order in which the help text lists them. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  start,
  stop,
  status,
  doctor,
  tune,
  stress,
  record,
  replay,
  dataset,
  dashboards,
};

/** What runs when no command is named. */
export const DEFAULT_COMMAND = "start";
