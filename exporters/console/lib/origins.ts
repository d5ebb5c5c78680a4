import type { Count, Graph, GraphLink, Observed } from "../api/types.ts";
import { formatCount } from "./units.ts";

/** What the exporter counts itself. */
const OWN = "kernel";
/** Fewer dropped events than one in ten are shown in numbers, and not in red. */
const DROPPING_SHARE = 0.1;

type Drawn = Pick<Graph, "nodes" | "links">;
type Told = Pick<GraphLink, "origins" | "observed">;

/** Who tells of what is shown, the exporter itself first. */
export function originsIn({ links }: Drawn): string[] {
  const all = new Set(links.flatMap(({ origins }) => origins));
  return [...all].sort((a, b) => Number(b === OWN) - Number(a === OWN) || (a < b ? -1 : 1));
}

/** Those that are switched off, as the address has them. */
export function hiddenOrigins(query: URLSearchParams): ReadonlySet<string> {
  return new Set((query.get("without") ?? "").split(",").filter(Boolean));
}

/** Switches one on or off, as a change of the address. */
export function originSwitched(
  hidden: ReadonlySet<string>,
  origin: string,
  on: boolean,
): { without: string | undefined } {
  const others = [...hidden].filter((one) => one !== origin);
  const without = on ? others : [...others, origin];
  return { without: without.length === 0 ? undefined : without.join(",") };
}

/** Only what the others tell, and the ends of that. */
export function withoutOrigins({ nodes, links }: Drawn, hidden: ReadonlySet<string>): Drawn {
  if (hidden.size === 0) return { nodes, links };
  const shown = links.flatMap((link) => linkWithout(link, hidden));
  const ends = new Set(shown.flatMap(({ source, destination }) => [source, destination]));
  return { nodes: nodes.filter(({ id }) => ends.has(id)), links: shown };
}

function linkWithout(link: GraphLink, hidden: ReadonlySet<string>): GraphLink[] {
  const origins = link.origins.filter((one) => !hidden.has(one));
  if (origins.length === 0) return [];
  const observed = link.observed.filter(({ origin }) => !hidden.has(origin));
  return [{ ...link, ...(hidden.has(OWN) ? NOTHING : {}), origins, observed }];
}

/** What is left of a link whose own counters are not shown. */
const NOTHING = {
  sent_bytes: 0,
  received_bytes: 0,
  connections: 0,
  opened: 0,
  closed: 0,
  failed: 0,
  retransmits: 0,
  per_second: null,
  rtt_seconds: null,
} satisfies Partial<GraphLink>;

/** Whether the exporter itself has seen it, so that it has bytes. */
export function isOwn({ origins }: Pick<Told, "origins">): boolean {
  return origins.includes(OWN);
}

/** Whether others tell of it, be it alone or too. */
export function isTold({ observed }: Pick<Told, "observed">): boolean {
  return observed.length > 0;
}

/** Events that did not get through, by the observer that tells of most. */
export function droppedIn({ observed }: Pick<Told, "observed">): number {
  return Math.max(0, ...observed.map(({ verdicts }) => countOf(verdicts, "DROPPED")));
}

/** Which part of the events was dropped, by the observer that tells of the largest; undefined: nobody tells of any. */
export function droppedShare({ observed }: Pick<Told, "observed">): number | undefined {
  const shares = observed.flatMap(({ verdicts }) => {
    const all = verdicts.reduce((sum, { count }) => sum + count, 0);
    return all > 0 ? [countOf(verdicts, "DROPPED") / all] : [];
  });
  return shares.length > 0 ? Math.max(...shares) : undefined;
}

export function isDropping(told: Pick<Told, "observed">): boolean {
  return (droppedShare(told) ?? 0) >= DROPPING_SHARE;
}

/** Events per second just now, of the observer that tells of most; undefined: nobody knows. */
export function eventRate({ observed }: Pick<Told, "observed">): number | undefined {
  const known = observed.flatMap(({ per_second: rate }) => rate ?? []);
  return known.length > 0 ? Math.max(...known) : undefined;
}

/** `GET 9,800, POST 500` */
export function countsText(counts: readonly Count[]): string {
  return counts.map(({ name, count }) => `${name} ${formatCount(count)}`).join(", ");
}

/** How an observer is called where there is little room: without the port and the folder that it was given with. */
export function shortOrigin(origin: string): string {
  const [kind = "", host] = origin.split(":");
  return host === undefined ? kind : `${kind} ${host.replace(/^.*\//, "")}`;
}

function countOf(counts: Observed["verdicts"], wanted: string): number {
  return counts.find(({ name }) => name === wanted)?.count ?? 0;
}
