import { hashOfFlows } from "../flows-query.ts";
import type { RawOrganize } from "./raw.ts";

export type Cell = string | number | undefined;

export interface Table {
  /** Shown names, in order. */
  columns: readonly string[];
  rows: readonly (readonly Cell[])[];
}

/** What one query of a table has found. */
export interface Found {
  refId: string;
  results: readonly { metric: Readonly<Record<string, string>>; value: number }[];
}

/** One row for each set of labels, with the values of all queries; the columns as the panel wants them. */
export function tableOf(found: readonly Found[], organize: readonly RawOrganize[]): Table {
  const rows = merged(found);
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const { excludeByName = {}, renameByName = {}, indexByName = {} } = Object.assign({}, ...organize) as RawOrganize;
  const shown = names.filter((name) => excludeByName[name] !== true && name !== "__name__");
  const place = (name: string) => indexByName[name] ?? Number.MAX_SAFE_INTEGER;
  shown.sort((a, b) => place(a) - place(b));
  return {
    columns: shown.map((name) => renameByName[name] || name),
    rows: rows.map((row) => shown.map((name) => row[name])),
  };
}

/** Grafana names a table's only value `Value`, and each of several `Value #refId`. */
function merged(found: readonly Found[]): Record<string, Cell>[] {
  const rows = new Map<string, Record<string, Cell>>();
  for (const { refId, results } of found) {
    const name = found.length === 1 ? "Value" : `Value #${refId}`;
    for (const { metric, value } of results) {
      const key = JSON.stringify(Object.entries(metric).sort());
      rows.set(key, { ...(rows.get(key) ?? metric), [name]: value });
    }
  }
  return [...rows.values()];
}

/**
 * Grafana's address of another dashboard, with a cell's value put in, as one of this console's. Grafana makes the same link
 * for every cell of a column; here an endpoint that is no container leads to its flows, as no dashboard of containers has it.
 */
export function linkOf(url: string, value: Cell): string {
  const name = String(value ?? "");
  if (/[?&]var-container=\$\{__value\./.test(url) && !isContainerName(name)) return hashOfFlows({ container: name });
  const filled = url.replaceAll(/\$\{__value\.(raw|text)\}/g, encodeURIComponent(name));
  return filled.replace(/^\/d\/([^/?]+)(\/[^?]*)?/, "#/dashboards/$1");
}

/** Endpoints that are no containers and yet are named like one; the exporter lets no container have these names. */
const RESERVED: ReadonlySet<string> = new Set(["world", "docker-dns"]);

/** Whether a container of Docker's can have this name: those of all other endpoints hold a slash or a tilde. */
function isContainerName(name: string): boolean {
  return /^[\w.-]+$/.test(name) && !RESERVED.has(name);
}
