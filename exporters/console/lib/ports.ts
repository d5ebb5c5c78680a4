import type { Port } from "../api/types.ts";

/** The exporter's word for all ports between two endpoints beyond those that have a link of their own. */
export const MANY_PORTS = "~many" satisfies Port;

export function portTitle(port: Port): string {
  return port === MANY_PORTS ? "All other ports" : `Port ${port}`;
}

/** Sorts after every port. */
export function portRank(port: Port): number {
  return port === MANY_PORTS ? Number.POSITIVE_INFINITY : port;
}

/** Flows have each its own port: there is no filter for those of many. */
export function portFilter(port: Port): string | undefined {
  return port === MANY_PORTS ? undefined : String(port);
}
