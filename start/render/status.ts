import type { Memory } from "../stack/containers.ts";
import type { LeftOut } from "../stack/left-out.ts";
import { renderTable } from "./table.ts";

export interface ServiceStatus {
  service: string;
  /** running, exited, absent … */
  state: string;
  health: string;
  image?: string;
  url?: string;
  memory?: Memory;
}

const MEBIBYTE = 1024 * 1024;

/** One line per service, then what was left out and why. */
export function renderStatus({
  services,
  leftOut,
}: {
  services: ServiceStatus[];
  leftOut: readonly LeftOut[];
}): string {
  const table = renderTable([["SERVICE", "STATE", "HEALTH", "MEMORY", "URL"], ...services.map(row)]);
  const notes = leftOut.map(({ part, reason }) => `left out: ${part}: ${reason}`);
  return `${[table, ...(notes.length > 0 ? ["", ...notes] : [])].join("\n")}\n`;
}

function row({ service, state, health, memory, url }: ServiceStatus): string[] {
  return [service, state, health, memory ? amount(memory) : "-", url ?? "-"];
}

function amount({ used, limit }: Memory): string {
  return `${(used / MEBIBYTE).toFixed(0)} of ${(limit / MEBIBYTE).toFixed(0)} MiB`;
}
