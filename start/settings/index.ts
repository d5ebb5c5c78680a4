import { readFile } from "node:fs/promises";
import { reasonOf, StartError } from "../errors.ts";
import { explain, samePorts, tablesTooLarge } from "./faults.ts";
import { parseKeyValues } from "./parse.ts";
import { type Settings, schema } from "./schema.ts";

export { memoryBytes, type Settings } from "./schema.ts";

/**
 * Reads the settings of the stack.
 * @throws StartError SETTINGS_UNREADABLE, or SETTINGS_INVALID with every fault.
 */
export async function loadSettings(file: string): Promise<Settings> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new StartError(
      "SETTINGS_UNREADABLE",
      {
        what: `The settings in ${file} cannot be read`,
        why: reasonOf(error),
        fix: "make it a file this user may read; an empty one leaves every setting at its default",
      },
      { cause: error },
    );
  });
  return readSettings(text, file);
}

/**
 * @param text lines of KEY=VALUE.
 * @param file what the text is called in the error.
 * @throws StartError SETTINGS_INVALID listing all faults by line.
 */
export function readSettings(text: string, file = "config.monitoring"): Settings {
  const { entries, faults } = parseKeyValues(text);
  const result = schema.safeParse(Object.fromEntries(entries.map(({ key, value }) => [key, value])));
  const invalid = result.success ? [] : result.error.issues.flatMap((issue) => explain(issue, entries));
  const large = result.success ? tablesTooLarge(result.data, entries) : [];
  const all = [...faults, ...invalid, ...samePorts(entries), ...large].sort((a, b) => a.line - b.line);
  if (result.success && all.length === 0) return result.data;
  throw new StartError("SETTINGS_INVALID", {
    what: `${file} has ${all.length === 1 ? "a fault" : `${all.length} faults`}`,
    why: all.map(({ line, message }) => `line ${line}: ${message}`).join("\n"),
    fix: `correct ${all.length === 1 ? "it" : "them"} and start again; a setting that is left out has its default`,
  });
}
