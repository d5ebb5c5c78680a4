import type { Option } from "./command.ts";

/** Options that several commands take. */

export const SETTINGS_FILE = {
  type: "string",
  value: "FILE",
  about: "settings file to use instead of config.monitoring",
} as const satisfies Option;

export const NO_INSTALL = {
  type: "boolean",
  about: "print the commands that would install what is missing, and run none of them",
} as const satisfies Option;
