import type { Endpoint } from "../model/endpoint.ts";

const UNNAMED_CONTAINERS = "container/";

/**
 * Who shares what is scarce: each container that Docker names has a share of its own, all host processes have one together,
 * and so have all containers that nobody names: anybody on the host can make processes and cgroups of any name.
 */
export function shareOf(endpoint: Endpoint): string {
  if (!isMadeUpAtWill(endpoint)) return endpoint.name;
  return endpoint.kind === "process" ? "host/" : UNNAMED_CONTAINERS;
}

/** Whether anybody on the host can make endpoints like this one as they like. */
export function isMadeUpAtWill({ kind, name }: Endpoint): boolean {
  return kind === "process" || (kind === "container" && name.startsWith(UNNAMED_CONTAINERS));
}
