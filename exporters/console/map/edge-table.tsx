import { useMemo, useState } from "preact/hooks";
import type { GraphLink } from "../api/types.ts";
import type { Choice } from "../lib/choice.ts";
import { edgeId, type Found, isEdgeTold, linkBytes, linkId, linkRate, type MapModel, nameIn } from "../lib/graph.ts";
import { droppedIn, eventRate, isOwn, shortOrigin } from "../lib/origins.ts";
import { portRank, portText } from "../lib/ports.ts";
import { type Sort, sortRows } from "../lib/sort.ts";
import { formatBytes, formatCount, formatValue } from "../lib/units.ts";
import { EndpointName, whereOf } from "../ui/endpoint-name.tsx";
import { Rate } from "../ui/rate.tsx";
import { type Column, VirtualTable } from "../ui/virtual-table.tsx";

interface Props {
  model: MapModel;
  found: Found | undefined;
  choice: Choice | undefined;
  onChoose(choice: Choice): void;
}

/** Every edge in words: the map for those who do not see it, and for exact figures. */
export function EdgeTable({ model, found, choice, onChoose }: Props) {
  const [sort, setSort] = useState<Sort>({ key: "rate", descending: true });
  const rows = useMemo(() => {
    const all = [...model.edges.values()].flatMap(({ links }) => links);
    const shown = all.filter((link) => isShown(link, found, choice));
    return sortRows(shown, (link) => rankOf(link, sort.key), sort.descending);
  }, [model, found, choice, sort]);

  const columns = useMemo(() => columnsOf(model), [model]);

  return (
    <section class="edge-table" aria-label="Edges">
      <VirtualTable
        caption="Edges of the service map"
        columns={columns}
        count={rows.length}
        rowAt={(index) => rows[index]}
        keyOf={edgeId}
        sort={sort}
        onSort={setSort}
        onOpen={(link) => onChoose({ kind: "edge", id: edgeId(link) })}
        selected={choice?.kind === "edge" ? choice.id : undefined}
        empty="No edge matches the search."
      />
    </section>
  );
}

function isShown(link: GraphLink, found: Found | undefined, choice: Choice | undefined): boolean {
  if (choice?.kind === "node") return link.source === choice.id || link.destination === choice.id;
  return found === undefined || found.links.has(linkId(link));
}

function rankOf(link: GraphLink, key: string): string | number | undefined {
  // Behind all rates of bytes: what has a rate of events only, then the rest by what it carried.
  if (key === "rate") return linkRate(link) ?? (eventRate(link) ?? 0) / 1e9 + linkBytes(link) / 1e18;
  if (key === "bytes") return linkBytes(link);
  if (key === "destination_port") return portRank(link.destination_port);
  if (key === "origins") return link.origins.join();
  if (key === "dropped") return droppedIn(link);
  const value = link[key as keyof GraphLink];
  return typeof value === "object" ? undefined : value;
}

/** Where others tell of some of it: who does, and what they have seen dropped. */
function columnsOf(model: MapModel): Column<GraphLink>[] {
  const isTold = [...model.edges.values()].some(isEdgeTold);
  return [...endColumns(model), ...COLUMNS, ...(isTold ? TOLD_COLUMNS : [])];
}

const TOLD_COLUMNS: readonly Column<GraphLink>[] = [
  {
    key: "dropped",
    title: "Dropped",
    width: "5.6rem",
    numeric: true,
    cell: (one) => <Trouble count={droppedIn(one)} />,
  },
  {
    key: "origins",
    title: "Seen by",
    width: "9rem",
    wideOnly: true,
    cell: ({ origins }) => <span title={origins.join(", ")}>{origins.map(shortOrigin).join(", ")}</span>,
  },
];

/** Both ends, with their machines where there are several. */
function endColumns(model: MapModel): Column<GraphLink>[] {
  const end = (id: string, on: string) => {
    const [name, node] = [nameIn(model, id), model.machines.size > 0 ? on : ""];
    return (
      <span class="name" title={whereOf(name, node)}>
        <EndpointName name={name} node={node} />
      </span>
    );
  };
  return [
    { key: "source", title: "From", cell: ({ source, source_node: node }) => end(source, node) },
    { key: "destination", title: "To", cell: ({ destination, destination_node: node }) => end(destination, node) },
  ];
}

const COLUMNS: readonly Column<GraphLink>[] = [
  {
    key: "destination_port",
    title: "Port",
    width: "4.8rem",
    numeric: true,
    cell: (link) => portText(link.destination_port),
  },
  {
    key: "protocol",
    title: "Protocol",
    width: "5.4rem",
    minor: true,
    wideOnly: true,
    cell: ({ protocol }) => protocol,
  },
  { key: "rate", title: "Now", width: "6.2rem", numeric: true, cell: (link) => <Now link={link} /> },
  {
    key: "sent_bytes",
    title: "Sent",
    width: "6rem",
    numeric: true,
    wideOnly: true,
    cell: (one) => formatBytes(one.sent_bytes),
  },
  {
    key: "received_bytes",
    title: "Received",
    width: "6.4rem",
    numeric: true,
    wideOnly: true,
    cell: (one) => formatBytes(one.received_bytes),
  },
  {
    key: "connections",
    title: "Open",
    width: "4.8rem",
    numeric: true,
    minor: true,
    wideOnly: true,
    cell: (one) => formatCount(one.connections),
  },
  {
    key: "opened",
    title: "Opened",
    width: "5.6rem",
    numeric: true,
    minor: true,
    wideOnly: true,
    cell: (one) => formatCount(one.opened),
  },
  {
    key: "failed",
    title: "Failed",
    width: "5rem",
    numeric: true,
    wideOnly: true,
    cell: (one) => <Trouble count={one.failed} />,
  },
  {
    key: "rtt_seconds",
    title: "Round trip",
    width: "6.4rem",
    numeric: true,
    wideOnly: true,
    cell: (one) => formatValue(one.rtt_seconds, "s"),
  },
  {
    key: "retransmits",
    title: "Retransmits",
    width: "7rem",
    numeric: true,
    minor: true,
    wideOnly: true,
    cell: (one) => <Trouble count={one.retransmits} />,
  },
];

/** Where others alone have seen it, there are events and no bytes. */
function Now({ link }: { link: GraphLink }) {
  if (isOwn(link)) return <Rate value={linkRate(link)} />;
  const events = eventRate(link);
  return <>{events === undefined ? "–" : `${formatValue(events)} ev/s`}</>;
}

function Trouble({ count }: { count: number }) {
  return <span class={count > 0 ? "trouble" : ""}>{formatCount(count)}</span>;
}
