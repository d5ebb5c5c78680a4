import type { ComponentChildren } from "preact";
import type { Flow, L7 } from "../api/types.ts";
import type { FlowFilters } from "../lib/flows-query.ts";
import { isTrouble, l7Text } from "../lib/l7.ts";
import { portFilter } from "../lib/ports.ts";
import { momentOf } from "../lib/time.ts";
import { formatBytes, formatCount, formatValue } from "../lib/units.ts";
import { setQuery } from "../router.ts";
import { EndpointName, whereOf } from "../ui/endpoint-name.tsx";
import type { Column } from "../ui/virtual-table.tsx";
import { State, Verdict } from "./state.tsx";

/** The exporter sorts by the columns that can be sorted. @param isMany of several machines, so that each is named */
function endColumns(isMany: boolean): Column<Flow>[] {
  return [
    { key: "source", title: "From", sortable: false, cell: (flow) => <From flow={flow} isMany={isMany} /> },
    { key: "destination", title: "To", sortable: false, cell: (flow) => <To flow={flow} isMany={isMany} /> },
  ];
}

const COLUMNS: readonly Column<Flow>[] = [
  {
    key: "port",
    title: "Port",
    sortable: false,
    numeric: true,
    wideOnly: true,
    width: "3.6rem",
    cell: ({ destination_port: port }) => (
      <Only what="port" filter={{ port: portFilter(port) }}>
        {port}
      </Only>
    ),
  },
  {
    key: "protocol",
    title: "Protocol",
    sortable: false,
    minor: true,
    wideOnly: true,
    width: "4.1rem",
    cell: ({ protocol }) => (
      <Only what="protocol" filter={{ protocol }}>
        {protocol}
      </Only>
    ),
  },
  {
    key: "state",
    title: "State",
    sortable: false,
    cell: (flow) => (
      <Only what="state" filter={{ state: stateFilter(flow) }}>
        <State flow={flow} />
        {flow.observed && (
          <span class="beside-verdict">
            <Verdict of={flow.observed} />
          </span>
        )}
      </Only>
    ),
  },
  {
    key: "bytes",
    title: "Total",
    hint: "Sent and received together. The flows with the most come first unless another column is chosen, of failed flows the newest.",
    numeric: true,
    width: "4.8rem",
    cell: (flow) => bytesText(flow, flow.sent_bytes + flow.received_bytes),
  },
  {
    key: "sent_bytes",
    title: "Sent",
    numeric: true,
    minor: true,
    wideOnly: true,
    width: "5.2rem",
    cell: (flow) => bytesText(flow, flow.sent_bytes),
  },
  {
    key: "received_bytes",
    title: "Received",
    numeric: true,
    minor: true,
    wideOnly: true,
    width: "5.4rem",
    cell: (flow) => bytesText(flow, flow.received_bytes),
  },
  {
    key: "rtt_seconds",
    title: "Round trip",
    numeric: true,
    minor: true,
    wideOnly: true,
    width: "5.6rem",
    cell: ({ rtt_seconds: rtt }) => (rtt === 0 ? "–" : formatValue(rtt, "s")),
  },
  {
    key: "retransmits",
    title: "Retransmits",
    numeric: true,
    minor: true,
    wideOnly: true,
    width: "6.1rem",
    cell: ({ retransmits }) => <span class={retransmits > 0 ? "trouble" : ""}>{formatCount(retransmits)}</span>,
  },
  {
    key: "start",
    title: "Started",
    numeric: true,
    wideOnly: true,
    width: "6.2rem",
    cell: ({ start }) => momentOf(start),
  },
  { key: "end", title: "Ended", numeric: true, wideOnly: true, width: "6.2rem", cell: ({ end }) => momentOf(end) },
];

/** Of what others tell. */
const TOLD_COLUMNS: readonly Column<Flow>[] = [
  {
    key: "verdict",
    title: "Verdict",
    sortable: false,
    wideOnly: true,
    width: "5.2rem",
    cell: ({ observed }) =>
      observed && (
        <Only what="verdict" filter={{ verdict: observed.verdict }}>
          <Verdict of={observed} />
        </Only>
      ),
  },
  {
    key: "l7",
    title: "Request or answer",
    sortable: false,
    wideOnly: true,
    width: "19rem",
    cell: ({ observed }) => observed?.l7 && <Request of={observed.l7} />,
  },
];

const [OF_ONE, OF_MANY] = [false, true].map((isMany) => [...endColumns(isMany), ...COLUMNS]);
const [TOLD_OF_ONE, TOLD_OF_MANY] = [false, true].map((isMany) => [...endColumns(isMany), ...withTold(COLUMNS)]);

/** @param isMany of several machines @param isTold others tell of some of them */
export function flowColumns(isMany: boolean, isTold: boolean): readonly Column<Flow>[] {
  const columns = isTold ? (isMany ? TOLD_OF_MANY : TOLD_OF_ONE) : isMany ? OF_MANY : OF_ONE;
  return columns ?? [];
}

/** Beside the state; when a flow began and ended makes room for it. */
function withTold(columns: readonly Column<Flow>[]): Column<Flow>[] {
  const kept = columns.filter(({ key }) => !["retransmits", "rtt_seconds"].includes(key));
  const after = kept.findIndex(({ key }) => key === "state") + 1;
  return [...kept.slice(0, after), ...TOLD_COLUMNS, ...kept.slice(after)];
}

function Request({ of: l7 }: { of: L7 }) {
  const text = l7Text(l7);
  return (
    <span class={isTrouble(l7) ? "name trouble" : "name"} title={text}>
      {text}
    </span>
  );
}

/** Others tell of events, and of no bytes. */
function bytesText({ observed }: Flow, bytes: number): string {
  return observed === null ? formatBytes(bytes) : "–";
}

function stateFilter({ failed, end }: Flow): string {
  return failed ? "failed" : end === null ? "open" : "closed";
}

/** A cell that filters by itself. */
function Only({
  what,
  filter,
  children,
}: {
  what: string;
  filter: { [key in keyof FlowFilters]: string | undefined };
  children: ComponentChildren;
}) {
  return (
    <button
      type="button"
      class="cell"
      title={`Only flows with the same ${what}`}
      tabIndex={-1}
      onClick={() => setQuery(filter)}
    >
      {children}
    </button>
  );
}

interface EndProps {
  flow: Flow;
  isMany: boolean;
}

function From({ flow: { source, source_node: node }, isMany }: EndProps) {
  return (
    <span class="name" title={whereOf(source, isMany ? node : "")}>
      <EndpointName name={source} node={isMany ? node : ""} />
    </span>
  );
}

/** With its port, where there is no room for a column of ports. */
function To({ flow: { destination, destination_node: node, destination_port: port }, isMany }: EndProps) {
  return (
    <span class="name">
      <Only what="end" filter={{ container: destination }}>
        <span class="server">{destination}</span>
        <span class="beside-port">:{port}</span>
        {isMany && <EndpointName name="" node={node} />}
      </Only>
    </span>
  );
}
