import type { Flow } from "../api/types.ts";
import { formatMoment } from "../lib/time.ts";
import { formatBytes, formatCount, formatValue } from "../lib/units.ts";
import type { Column } from "../ui/virtual-table.tsx";
import { State } from "./state.tsx";

/** The exporter sorts by the columns that can be sorted. */
export const FLOW_COLUMNS: readonly Column<Flow>[] = [
  { key: "source", title: "From", sortable: false, cell: ({ source }) => <span class="name">{source}</span> },
  { key: "destination", title: "To", sortable: false, cell: (flow) => <To flow={flow} /> },
  {
    key: "port",
    title: "Port",
    sortable: false,
    numeric: true,
    wideOnly: true,
    width: "3.6rem",
    cell: ({ destination_port: port }) => port,
  },
  {
    key: "protocol",
    title: "Protocol",
    sortable: false,
    wideOnly: true,
    width: "4.1rem",
    cell: ({ protocol }) => protocol,
  },
  {
    key: "state",
    title: "State",
    sortable: false,
    cell: (flow) => <State flow={flow} />,
  },
  { key: "sent_bytes", title: "Sent", numeric: true, width: "5.2rem", cell: (flow) => formatBytes(flow.sent_bytes) },
  {
    key: "received_bytes",
    title: "Received",
    numeric: true,
    wideOnly: true,
    width: "5.4rem",
    cell: (flow) => formatBytes(flow.received_bytes),
  },
  {
    key: "rtt_seconds",
    title: "Round trip",
    numeric: true,
    wideOnly: true,
    width: "5.6rem",
    cell: ({ rtt_seconds: rtt }) => (rtt === 0 ? "–" : formatValue(rtt, "s")),
  },
  {
    key: "retransmits",
    title: "Retransmits",
    numeric: true,
    wideOnly: true,
    width: "6.1rem",
    cell: ({ retransmits }) => <span class={retransmits > 0 ? "trouble" : ""}>{formatCount(retransmits)}</span>,
  },
  {
    key: "start",
    title: "Began",
    numeric: true,
    wideOnly: true,
    width: "6.2rem",
    cell: ({ start }) => momentOf(start),
  },
  { key: "end", title: "Ended", numeric: true, wideOnly: true, width: "6.2rem", cell: ({ end }) => momentOf(end) },
];

/** With its port, where there is no room for a column of ports. */
function To({ flow: { destination, destination_port: port } }: { flow: Flow }) {
  return (
    <span class="name">
      {destination}
      <span class="beside-port">:{port}</span>
    </span>
  );
}

export function momentOf(text: string | null): string {
  return text === null ? "–" : formatMoment(Date.parse(text), Date.now());
}
