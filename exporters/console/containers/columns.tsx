import type { Container } from "../api/types.ts";
import { hashOfFlows } from "../lib/flows-query.ts";
import { formatBytes, formatMemory, formatValue } from "../lib/units.ts";
import { Rate } from "../ui/rate.tsx";
import type { Column } from "../ui/virtual-table.tsx";

type Counter = keyof NonNullable<Container["per_second"]>;

const COUNTER_OF = {
  cpu: "cpu_seconds",
  read: "read_bytes",
  written: "written_bytes",
  sending: "sent_bytes",
  receiving: "received_bytes",
} as const satisfies Record<string, Counter>;

/** What a column sorts a container by. */
export function rankOf(container: Container, key: string, workingSets: WorkingSets): string | number | undefined {
  if (key === "memory") return workingSets.get(container.id);
  if (key in COUNTER_OF) return container.per_second?.[COUNTER_OF[key as keyof typeof COUNTER_OF]];
  const value = container[key as keyof Container];
  return typeof value === "object" ? undefined : value;
}

/** By the id of a container. */
type WorkingSets = ReadonlyMap<string, number>;

export function columnsOf(workingSets: WorkingSets): Column<Container>[] {
  const rate = (key: keyof typeof COUNTER_OF, title: string, width: string): Column<Container> => ({
    key,
    title,
    width,
    numeric: true,
    wideOnly: true,
    cell: (container) => <Rate value={container.per_second?.[COUNTER_OF[key]]} />,
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
      key: "memory",
      title: "Memory",
      hint: "Working set: what cannot be given up at once, and counts against a limit, as docker stats shows it. Prometheus tells it.",
      width: "6rem",
      numeric: true,
      cell: ({ id }) => formatMemory(workingSets.get(id)),
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
