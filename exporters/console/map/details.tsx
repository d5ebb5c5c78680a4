import type { GraphLink, GraphNode } from "../api/types.ts";
import type { Choice } from "../lib/choice.ts";
import { conditionOf } from "../lib/condition.ts";
import { hashOfFlows } from "../lib/flows-query.ts";
import {
  edgeOf,
  edgeRate,
  failureShare,
  failureShareNow,
  linkBytes,
  linkId,
  linkRate,
  type MapEdge,
  type MapModel,
} from "../lib/graph.ts";
import { portFilter, portTitle } from "../lib/ports.ts";
import { hashOf } from "../lib/route.ts";
import { formatBytes, formatCount, formatRate, formatValue } from "../lib/units.ts";
import { Facts } from "../ui/facts.tsx";
import { SidePanel } from "../ui/panel.tsx";

interface Props {
  choice: Choice;
  model: MapModel;
  onChoose(choice: Choice): void;
  onClose(): void;
}

/** What is known of the chosen node or edge. */
export function Details({ choice, model, onChoose, onClose }: Props) {
  const node = choice.kind === "node" ? model.nodes.get(choice.id) : undefined;
  const edge = choice.kind === "edge" ? edgeOf(model, choice.id) : undefined;
  const title = node?.id ?? (edge ? `${edge.source} → ${edge.destination}` : "No longer shown");
  return (
    <SidePanel title={title} onClose={onClose}>
      {node && <NodeDetails node={node} model={model} onChoose={onChoose} />}
      {edge && <EdgeDetails edge={edge} onChoose={onChoose} />}
      {!node && !edge && <p>It has had no traffic for an hour, or is hidden.</p>}
    </SidePanel>
  );
}

function NodeDetails({ node, model, onChoose }: Omit<Props, "choice" | "onClose"> & { node: GraphNode }) {
  const edges = [...model.edges.values()];
  return (
    <>
      <Facts
        of={[
          ["Kind", node.kind],
          ["State", node.state && conditionOf(node).text],
          ["Project", node.compose_project],
          ["Service", node.compose_service],
          ["Pod", [node.namespace, node.pod].filter(Boolean).join("/")],
          ["Image", node.image],
          ["Container", node.container_id.slice(0, 12)],
          ["Sent", formatBytes(node.sent_bytes)],
          ["Received", formatBytes(node.received_bytes)],
        ]}
      />
      <p class="links">
        <a href={hashOfFlows({ container: node.id })}>Flows of {node.id}</a>
        {node.kind === "container" && (
          <a href={hashOf("dashboards", "flowtally-container", { "var-container": node.id })}>Container dashboard</a>
        )}
      </p>
      <EdgeList
        title="Outgoing"
        edges={edges.filter(({ source }) => source === node.id)}
        nameOf={({ destination }) => destination}
        onChoose={onChoose}
      />
      <EdgeList
        title="Incoming"
        edges={edges.filter(({ destination }) => destination === node.id)}
        nameOf={({ source }) => source}
        onChoose={onChoose}
      />
    </>
  );
}

interface EdgeListProps extends Pick<Props, "onChoose"> {
  title: string;
  edges: MapEdge[];
  nameOf(edge: MapEdge): string;
}

const LISTED = 50;

function EdgeList({ title, edges, nameOf, onChoose }: EdgeListProps) {
  if (edges.length === 0) return null;
  const largest = [...edges].sort((a, b) => b.bytes - a.bytes).slice(0, LISTED);
  return (
    <section>
      <h3>
        {title} <span class="count">{edges.length}</span>
      </h3>
      <ul class="edge-list">
        {largest.map((edge) => (
          <li key={edge.id}>
            <button type="button" onClick={() => onChoose({ kind: "edge", id: edge.id })}>
              <span class="name">{nameOf(edge)}</span>
              <span class={edge.failing ? "ports trouble" : "ports"}>
                {edge.links.map((link) => link.destination_port).join(", ")}
              </span>
              <span class="number">{formatRate(edgeRate(edge))}</span>
              <span class="number">{formatBytes(edge.bytes)}</span>
            </button>
          </li>
        ))}
      </ul>
      {edges.length > LISTED && (
        <p class="note">
          The {LISTED} largest of {edges.length}; all are in the table.
        </p>
      )}
    </section>
  );
}

function EdgeDetails({ edge, onChoose }: Pick<Props, "onChoose"> & { edge: MapEdge }) {
  return (
    <>
      <p class="links">
        <button type="button" class="link" onClick={() => onChoose({ kind: "node", id: edge.source })}>
          {edge.source}
        </button>
        <button type="button" class="link" onClick={() => onChoose({ kind: "node", id: edge.destination })}>
          {edge.destination}
        </button>
      </p>
      {edge.links.map((link) => (
        <LinkDetails key={linkId(link)} link={link} />
      ))}
    </>
  );
}

function LinkDetails({ link }: { link: GraphLink }) {
  return (
    <section>
      <h3>
        {portTitle(link.destination_port)} <span class="count">{link.protocol}</span>
      </h3>
      <Facts
        of={[
          ["Now", formatRate(linkRate(link))],
          ["Round trip", formatValue(link.rtt_seconds, "s")],
          ["Total", formatBytes(linkBytes(link))],
          ["Sent", formatBytes(link.sent_bytes)],
          ["Received", formatBytes(link.received_bytes)],
          ["Open now", formatCount(link.connections)],
          ["Opened", formatCount(link.opened)],
          ["Closed", formatCount(link.closed)],
          ["Failed", formatCount(link.failed)],
          ["Failure share", formatValue(failureShare([link]), "percentunit")],
          ["… in the last minute", formatValue(failureShareNow([link]), "percentunit")],
          ["Retransmits", formatCount(link.retransmits)],
        ]}
      />
      <p class="links">
        <a
          href={hashOfFlows({
            container: link.source,
            port: portFilter(link.destination_port),
            protocol: link.protocol,
          })}
        >
          Show flows
        </a>
      </p>
    </section>
  );
}
