import type { Container } from "../api/types.ts";
import { hashOfFlows } from "../lib/flows-query.ts";
import { formatBytes, formatValue } from "../lib/units.ts";
import { Rate } from "../ui/rate.tsx";
import type { Column } from "../ui/virtual-table.tsx";

type Counter = keyof NonNullable<Container["per_second"]>;

const COUNTER_OF: Readonly<Record<string, Counter>> = {
  cpu: "cpu_seconds",
  read: "read_bytes",
  written: "written_bytes",
  sending: "sent_bytes",
  receiving: "received_bytes",
};

/** What a column sorts a container by. */
export function rankOf(container: Container, key: string): string | number | undefined {
  const counter = COUNTER_OF[key];
  if (counter) return container.per_second?.[counter];
  const value = container[key as keyof Container];
  return typeof value === "object" ? undefined : value;
}

export const COLUMNS: readonly Column<Container>[] = columnsOf();

function columnsOf(): Column<Container>[] {
  const rate = (key: string, title: string, width: string): Column<Container> => ({
    key,
    title,
    width,
    numeric: true,
    wideOnly: true,
    cell: (container) => <Rate value={rankOf(container, key) as number | undefined} />,
  });
  return [
    { key: "name", title: "Container", cell: ({ name }) => <span class="name">{name}</span> },
    {
      key: "compose_project",
      title: "Project",
      wideOnly: true,
      width: "9rem",
      cell: ({ compose_project: project }) => <span class="name">{project || "–"}</span>,
    },
    { key: "image", title: "Image", wideOnly: true, cell: ({ image }) => <span class="name muted">{image}</span> },
    {
      key: "cpu",
      title: "CPU",
      width: "4.8rem",
      numeric: true,
      cell: (one) => <Rate value={one.per_second?.cpu_seconds} text={share} />,
    },
    {
      key: "resident_bytes",
      title: "Resident memory",
      hint: "Memory that its processes have in RAM, what they share counted for each. What counts against a limit is the working set, which its dashboard shows.",
      width: "7.2rem",
      numeric: true,
      cell: (one) => formatBytes(one.resident_bytes),
    },
    rate("read", "Disk read", "6.2rem"),
    rate("written", "Disk write", "6.4rem"),
    rate("sending", "Sends", "6rem"),
    rate("receiving", "Receives", "6.2rem"),
    {
      key: "sent_bytes",
      title: "Sent",
      width: "5.8rem",
      numeric: true,
      wideOnly: true,
      cell: (container) => formatBytes(container.sent_bytes),
    },
    {
      key: "flows",
      title: "",
      width: "3.6rem",
      sortable: false,
      cell: ({ endpoint, name }) => (
        <a class="above" href={hashOfFlows({ container: endpoint })} aria-label={`Flows of ${name}`}>
          Flows
        </a>
      ),
    },
  ];
}

function share(cores: number): string {
  return formatValue(cores, "percentunit", 1);
}
