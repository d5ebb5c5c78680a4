import { readFile, stat } from "node:fs/promises";
import { reasonOf, StartError } from "../errors.ts";
import { explain, samePorts, tablesTooLarge } from "./faults.ts";
import { parseKeyValues } from "./parse.ts";
import { type Settings, schema } from "./schema.ts";

export { memoryBytes, type Settings } from "./schema.ts";

/**
 * Reads the settings of the stack.
 * @throws StartError SETTINGS_UNREADABLE, SETTINGS_INVALID with every fault, or PASSWORD_EXPOSED.
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
  const settings = readSettings(text, file);
  if (settings.GRAFANA_ADMIN_PASSWORD !== "") await refuseExposed(file);
  return settings;
}

const READABLE_BY_ALL = 0o004;

/** A password in a file that every user of the machine may read is none. */
async function refuseExposed(file: string): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & READABLE_BY_ALL) === 0) return;
  throw new StartError("PASSWORD_EXPOSED", {
    what: `Every user of this machine can read the password in ${file}`,
    why: `its mode is ${(mode & 0o777).toString(8)}, and GRAFANA_ADMIN_PASSWORD is set in it`,
    fix: `chmod 600 ${file}, and choose another password if somebody else works here; left empty, one is generated`,
  });
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
