import type { Endpoint } from "../model/endpoint.ts";

/**
 * Who shares what is scarce: each container has a share of its own, all host processes have one together. Their names
 * are what anybody on the host gives them; names of containers only Docker gives.
 */
export function shareOf({ kind, name }: Endpoint): string {
  return kind === "process" ? "host/" : name;
}
