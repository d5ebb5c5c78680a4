import { stat } from "node:fs/promises";
import type { z } from "zod";
import { reasonOf, StartError } from "../errors.ts";
import { explain, hubbleCertificates, keysOf, remoteWriteCredentials, samePorts, tablesTooLarge } from "./faults.ts";
import { readSettingsFile } from "./file.ts";
import { NAME_SETTINGS, namesOf, type StackNames } from "./names.ts";
import { type Entry, type Fault, parseKeyValues } from "./parse.ts";
import { type Settings, schema } from "./schema.ts";
import { hasPassword } from "./store.ts";

export { memoryBytes, type Settings } from "./schema.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings of the stack.
 * @param env where those that name the stack may be set as well.
 * @throws StartError SETTINGS_UNREADABLE, SETTINGS_INVALID with every fault, or PASSWORD_EXPOSED.
 */
export async function loadSettings(file: string, env: Environment = {}): Promise<Settings> {
  const settings = readSettings(await readSettingsFile(file).catch(unreadable(file)), file, env);
  if (settings.GRAFANA_ADMIN_PASSWORD !== "") await refuseExposed(file, "GRAFANA_ADMIN_PASSWORD", IF_EMPTY);
  for (const key of ["REMOTE_WRITE_PASSWORD", "REMOTE_WRITE_BEARER_TOKEN"] as const) {
    if (settings[key] !== "") await refuseExposed(file, key);
  }
  if (hasPassword(settings.FLOW_STORE)) await refuseExposed(file, "FLOW_STORE");
  return settings;
}

/**
 * Reads what can be used of the settings, for commands that only look at the machine.
 * @returns the settings, with their defaults in place of faulty ones, and what is wrong with the file.
 */
export async function inspectSettings(
  file: string,
  env: Environment,
): Promise<{ settings: Settings; fault?: StartError }> {
  try {
    return { settings: await loadSettings(file, env) };
  } catch (fault) {
    if (!(fault instanceof StartError)) throw fault;
    return { settings: usableSettings(await readSettingsFile(file).catch(() => ""), env), fault };
  }
}

function usableSettings(text: string, env: Environment): Settings {
  const entries = withEnvironment(parseKeyValues(text).entries, env);
  const faulty = schema.safeParse(valuesOf(entries)).error?.issues.flatMap(keysOf) ?? [];
  return schema.parse(valuesOf(entries.filter(({ key }) => !faulty.includes(key))));
}

/**
 * Reads which stack is meant, for commands that need no other setting: faults in all others keep nobody from stopping it.
 * @param file undefined: config.monitoring, which may be missing.
 * @throws StartError SETTINGS_UNREADABLE for a file the user has named, SETTINGS_INVALID.
 */
export async function loadNames(file: string, env: Environment, named: boolean): Promise<StackNames> {
  const text = await readSettingsFile(file).catch(named ? unreadable(file) : () => "");
  const entries = withEnvironment(parseKeyValues(text).entries, env).filter(isName);
  const result = namesSchema.safeParse(valuesOf(entries));
  if (!result.success) throw invalid(file, faultsOf(result.error, entries));
  return namesOf(result.data);
}

const namesSchema = schema.pick({ FLOWTALLY_PROJECT: true, FLOWTALLY_CONTAINER_PREFIX: true });

function unreadable(file: string): (error: unknown) => never {
  return (error) => {
    throw new StartError(
      "SETTINGS_UNREADABLE",
      {
        what: `The settings in ${file} cannot be read`,
        why: reasonOf(error),
        fix: "make sure that the file exists and that you can read it; in an empty one every setting has its default",
      },
      { cause: error },
    );
  };
}

const READABLE_BY_ALL = 0o004;
const IF_EMPTY = "; if it is empty, one is generated";

/** A password in a file that every user of the machine may read is none. */
async function refuseExposed(file: string, key: keyof Settings, more = ""): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & READABLE_BY_ALL) === 0) return;
  throw new StartError("PASSWORD_EXPOSED", {
    what: `Every user of this machine can read the password in ${file}`,
    why: `its mode is ${(mode & 0o777).toString(8)}, and ${key} is set in it`,
    fix: `chmod 600 ${file}, and change the password if others use this machine${more}`,
  });
}

/**
 * @param text lines of KEY=VALUE.
 * @param file what the text is called in the error.
 * @throws StartError SETTINGS_INVALID listing all faults by line.
 */
export function readSettings(text: string, file = "config.monitoring", env: Environment = {}): Settings {
  const parsed = parseKeyValues(text);
  const entries = withEnvironment(parsed.entries, env);
  const result = schema.safeParse(valuesOf(entries));
  const apart = result.success
    ? [tablesTooLarge, remoteWriteCredentials, hubbleCertificates].flatMap((check) => check(result.data, entries))
    : [];
  const found = result.success ? [] : faultsOf(result.error, entries);
  const all = [...parsed.faults, ...found, ...samePorts(entries), ...apart].sort((a, b) => a.line - b.line);
  if (result.success && all.length === 0) return result.data;
  throw invalid(file, all);
}

/** Where a fault is that is not in the file. */
const IN_ENVIRONMENT = 0;

function withEnvironment(entries: readonly Entry[], env: Environment): Entry[] {
  const set = NAME_SETTINGS.flatMap((key) => {
    const value = env[key];
    return value === undefined ? [] : [{ key, value, line: IN_ENVIRONMENT }];
  });
  return [...entries.filter(({ key }) => !set.some((entry) => entry.key === key)), ...set];
}

function isName({ key }: Entry): boolean {
  return NAME_SETTINGS.some((name) => name === key);
}

function valuesOf(entries: readonly Entry[]): Record<string, string> {
  return Object.fromEntries(entries.map(({ key, value }) => [key, value]));
}

function faultsOf(error: z.ZodError, entries: readonly Entry[]): Fault[] {
  return error.issues.flatMap((issue) => explain(issue, entries));
}

/** As many as there are settings. A file with more was never one of settings, and all its lines would help nobody. */
const MAX_FAULTS = 50;

function invalid(file: string, faults: readonly Fault[]): StartError {
  const more = Math.max(faults.length - MAX_FAULTS, 0);
  const place = (line: number) => (line === IN_ENVIRONMENT ? "the environment" : `line ${line}`);
  const shown = faults.slice(0, MAX_FAULTS).map(({ line, message }) => `${place(line)}: ${message}`);
  return new StartError("SETTINGS_INVALID", {
    what: `${file} has ${faults.length === 1 ? "an error" : `${faults.length} errors`}`,
    why: [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("\n"),
    fix: `correct ${faults.length === 1 ? "it" : "them"} and start again; a setting that is left out has its default`,
  });
}
