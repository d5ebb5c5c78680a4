import type { Container } from "../api/types.ts";
import { conditionOf, portsText, rankOfCondition } from "../lib/condition.ts";
import { hashOfFlows } from "../lib/flows-query.ts";
import { formatBytes, formatCount, formatMemory, formatUptime, formatValue } from "../lib/units.ts";
import { Rate } from "../ui/rate.tsx";
import { Sparkline } from "../ui/sparkline.tsx";
import type { Column } from "../ui/virtual-table.tsx";
import type { Trends } from "./use-trends.ts";

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
  if (key === "condition") return rankOfCondition(container);
  if (key === "uptime") return container.uptime_seconds ?? undefined;
  if (key in COUNTER_OF) return container.per_second?.[COUNTER_OF[key as keyof typeof COUNTER_OF]];
  const value = container[key as keyof Container];
  return typeof value === "object" ? undefined : value;
}

/** By the id of a container. */
type WorkingSets = ReadonlyMap<string, number>;

/** @param on the node that the containers are on, where there are others; else undefined */
export function columnsOf(workingSets: WorkingSets, trends: Trends, on: string | undefined): Column<Container>[] {
  const rate = (key: keyof typeof COUNTER_OF, title: string, width: string): Column<Container> => ({
    key,
    title,
    width,
    numeric: true,
    wideOnly: true,
    cell: (container) => <Rate value={container.per_second?.[COUNTER_OF[key]]} />,
  });
  const trend = (key: keyof Trends, title: string, what: string): Column<Container> => ({
    key: `${key}-trend`,
    title,
    width: "5.6rem",
    sortable: false,
    wideOnly: true,
    cell: ({ endpoint }) => {
      const values = trends[key].get(endpoint);
      if (values === undefined) return null;
      return (
        <div role="img" aria-label={`${what} of ${endpoint} in the last 15 minutes`}>
          <Sparkline values={values} />
        </div>
      );
    },
  });
  return [
    { key: "name", title: "Container", cell: ({ name }) => <span class="name">{name}</span> },
    {
      key: "condition",
      title: "State",
      hint: "What the engine says, and the container's health check where it has one; for ten minutes, that its restart policy has started it again.",
      width: "9.7rem",
      flexible: true,
      cell: (one) => <Condition of={one} />,
    },
    {
      key: "uptime",
      title: "Uptime",
      hint: "Since the container was started last.",
      width: "4.9rem",
      numeric: true,
      wideOnly: true,
      cell: ({ uptime_seconds: seconds }) => formatUptime(seconds),
    },
    {
      key: "restarts",
      title: "Restarts",
      hint: "How often the restart policy has started it again.",
      width: "4.9rem",
      numeric: true,
      wideOnly: true,
      cell: ({ restarts }) => <span class={restarts > 0 ? "trouble" : ""}>{formatCount(restarts)}</span>,
    },
    {
      key: "cpu",
      title: "CPU",
      width: "4.8rem",
      numeric: true,
      cell: (one) => <Rate value={one.per_second?.cpu_seconds} text={share} />,
    },
    trend("cpu", "15 min", "CPU"),
    {
      key: "memory",
      title: "Memory",
      hint: "Working set: what cannot be given up at once, and counts against a limit, as docker stats shows it. From Prometheus.",
      width: "5.4rem",
      numeric: true,
      cell: ({ id }) => formatMemory(workingSets.get(id)),
    },
    rate("sending", "Sends", "5.6rem"),
    rate("receiving", "Receives", "5.6rem"),
    trend("traffic", "15 min", "Traffic"),
    {
      key: "flows",
      title: "",
      width: "3.4rem",
      sortable: false,
      wideOnly: true,
      cell: ({ endpoint, name }) => (
        <a class="above" href={hashOfFlows({ container: endpoint, on })} aria-label={`Flows of ${name}`}>
          Flows
        </a>
      ),
    },
    {
      key: "ports",
      title: "Published ports",
      width: "7.4rem",
      sortable: false,
      wideOnly: true,
      cell: ({ published_ports: ports }) => <Ports text={portsText(ports)} />,
    },
    {
      key: "compose_project",
      title: "Project",
      wideOnly: true,
      width: "6.4rem",
      cell: ({ compose_project: project }) => <span class="name">{project || "–"}</span>,
    },
    {
      key: "image",
      title: "Image",
      wideOnly: true,
      cell: ({ image }) => (
        <span class="name muted" title={image}>
          {image}
        </span>
      ),
    },
    rate("read", "Disk read", "6rem"),
    rate("written", "Disk write", "6rem"),
    {
      key: "sent_bytes",
      title: "Sent",
      width: "5.4rem",
      numeric: true,
      wideOnly: true,
      cell: (container) => formatBytes(container.sent_bytes),
    },
  ];
}

function Condition({ of }: { of: Container }) {
  const { text, level } = conditionOf(of);
  return <span class={`state ${level}`}>{text}</span>;
}

function Ports({ text }: { text: string }) {
  return (
    <span class="name" title={text}>
      {text || "–"}
    </span>
  );
}

function share(cores: number): string {
  return formatValue(cores, "percentunit", 1);
}
