import type { Port } from "../api/types.ts";

/** The exporter's word for all ports between two endpoints beyond those that have a link of their own. */
export const MANY_PORTS = "~many" satisfies Port;

/** Where only others have seen a link, and do not tell its port. */
const NO_PORT = 0 satisfies Port;

export function portTitle(port: Port): string {
  if (port === NO_PORT) return "Port not told";
  return port === MANY_PORTS ? "All other ports" : `Port ${port}`;
}

/** Sorts after every port. */
export function portRank(port: Port): number {
  return port === MANY_PORTS ? Number.POSITIVE_INFINITY : port;
}

export function portText(port: Port): string {
  return port === NO_PORT ? "–" : String(port);
}

/** Flows have each its own port: there is no filter for those of many. */
export function portFilter(port: Port): string | undefined {
  return port === MANY_PORTS || port === NO_PORT ? undefined : String(port);
}

const MAX_PORT = 65_535;

/** What is wrong with a port that was typed, no wider than its field; empty is any port. */
export function portFault(text: string): string | undefined {
  const isPort = /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_PORT;
  return text === "" || isPort ? undefined : "Port must be 1–65535";
}
