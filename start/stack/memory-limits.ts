import { readFile, writeFile } from "node:fs/promises";
import type { Settings } from "../settings/index.ts";
import type { Layout } from "./layout.ts";
import { SERVICES } from "./services.ts";

/** A limit that tuning found, kept for the next start. Amounts as in config.monitoring: "98m". */
interface KeptLimit {
  limit: string;
  /** The setting it took the place of. Once a user sets another value, that one counts. */
  insteadOf: string;
}

/** By service. */
export type KeptLimits = Readonly<Record<string, KeptLimit>>;

export async function readKeptLimits({ memoryLimits }: Layout): Promise<KeptLimits> {
  return JSON.parse(await readFile(memoryLimits, "utf8").catch(() => "{}")) as KeptLimits;
}

/**
 * Keeps a service's limit for the next start, and in `.env` for those who call Compose themselves.
 * @param service undefined: another container.
 * @returns false for a container that is no service of the stack: nobody starts that one again from here.
 */
export async function keepLimit(
  layout: Layout,
  settings: Settings,
  service: string | undefined,
  limit: string,
): Promise<boolean> {
  const insteadOf = service === undefined ? undefined : settingOf(settings, service);
  if (service === undefined || insteadOf === undefined) return false;
  const all = { ...(await readKeptLimits(layout)), [service]: { limit, insteadOf } };
  await writeFile(layout.memoryLimits, `${JSON.stringify(all, undefined, 2)}\n`);
  await writeToEnv(layout, service, limit);
  return true;
}

/** Forgets what tuning found for a service, so that its setting counts again. */
export async function forgetLimit(layout: Layout, settings: Settings, service: string): Promise<void> {
  const { [service]: forgotten, ...others } = await readKeptLimits(layout);
  if (forgotten === undefined) return;
  await writeFile(layout.memoryLimits, `${JSON.stringify(others, undefined, 2)}\n`);
  await writeToEnv(layout, service, settingOf(settings, service) ?? forgotten.insteadOf);
}

async function writeToEnv(layout: Layout, service: string, limit: string): Promise<void> {
  const env = await readFile(layout.env, "utf8").catch(() => undefined);
  if (env === undefined) return;
  await writeFile(layout.env, env.replace(new RegExp(`^(${settingName(service)})=.*$`, "m"), `$1='${limit}'`));
}

/** The setting that holds a service's limit; undefined for what is no service. */
export function limitSetting(settings: Settings, service: string): { name: string; value: string } | undefined {
  const value = settingOf(settings, service);
  return value === undefined ? undefined : { name: settingName(service), value };
}

/** The settings with the limits that tuning found, but for those a user has changed since. */
export function withKeptLimits(settings: Settings, kept: KeptLimits): Settings {
  const found = Object.entries(kept)
    .filter(([service, { insteadOf }]) => settingOf(settings, service) === insteadOf)
    .map(([service, { limit }]) => [settingName(service), limit]);
  return { ...settings, ...Object.fromEntries(found) };
}

function settingOf(settings: Settings, service: string): string | undefined {
  const values: Readonly<Record<string, unknown>> = settings;
  return SERVICES.some(({ name }) => name === service) ? String(values[settingName(service)]) : undefined;
}

function settingName(service: string): string {
  return `${service.toUpperCase().replaceAll("-", "_")}_MEMORY`;
}
