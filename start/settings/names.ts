import type { Settings } from "./schema.ts";

/** What one stack is called by on a host, so that another one can live beside it. */
export interface StackNames {
  /** Compose's project: the networks and volumes begin with it, and the folder of what the launcher writes has its name. */
  project: string;
  /** Containers are called by this and the service's name. */
  prefix: string;
}

export const DEFAULT_NAMES: StackNames = { project: "flowtally", prefix: "" };

export function hasDefaultNames({ project, prefix }: StackNames): boolean {
  return project === DEFAULT_NAMES.project && prefix === DEFAULT_NAMES.prefix;
}

/** The settings that name a stack. All commands go by them, so they count before the file where they are in the environment. */
export const NAME_SETTINGS = ["FLOWTALLY_PROJECT", "FLOWTALLY_CONTAINER_PREFIX"] as const;

export function namesOf(settings: Pick<Settings, (typeof NAME_SETTINGS)[number]>): StackNames {
  return { project: settings.FLOWTALLY_PROJECT, prefix: settings.FLOWTALLY_CONTAINER_PREFIX };
}

export function containerName({ prefix }: Pick<StackNames, "prefix">, service: string): string {
  return `${prefix}${service}`;
}
