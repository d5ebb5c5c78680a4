import type { GraphLink, GraphNode, Scope } from "../api/types.ts";
import type { Choice } from "../lib/choice.ts";
import { conditionOf } from "../lib/condition.ts";
import { hashOfFlows } from "../lib/flows-query.ts";
import {
  edgeOf,
  edgeRate,
  failureShare,
  failureShareNow,
  isEdgeDropping,
  linkBytes,
  linkId,
  linkRate,
  type MapEdge,
  type MapModel,
  nameIn,
} from "../lib/graph.ts";
import { isOfMany, seenBy } from "../lib/nodes.ts";
import { isOwn } from "../lib/origins.ts";
import { portFilter, portText, portTitle } from "../lib/ports.ts";
import { hashOf } from "../lib/route.ts";
import { momentOf } from "../lib/time.ts";
import { formatBytes, formatCount, formatMemory, formatRate, formatValue } from "../lib/units.ts";
import { EndpointName } from "../ui/endpoint-name.tsx";
import { Facts } from "../ui/facts.tsx";
import { SidePanel } from "../ui/panel.tsx";
import { ObservedFacts } from "./observed-facts.tsx";

interface Props {
  choice: Choice;
  model: MapModel;
  scope: Scope;
  onChoose(choice: Choice): void;
  onClose(): void;
}

/** What is known of the chosen node or edge. */
export function Details({ choice, model, scope, onChoose, onClose }: Props) {
  const node = choice.kind === "node" ? model.nodes.get(choice.id) : undefined;
  const edge = choice.kind === "edge" ? edgeOf(model, choice.id) : undefined;
  const name = (id: string) => nameIn(model, id);
  const title = node?.name ?? (edge ? `${name(edge.source)} → ${name(edge.destination)}` : "No longer shown");
  return (
    <SidePanel title={title} onClose={onClose}>
      {node && <NodeDetails node={node} model={model} scope={scope} onChoose={onChoose} />}
      {edge && <EdgeDetails edge={edge} model={model} onChoose={onChoose} />}
      {(node || edge) && scope.since !== null && (
        <p class="note">Totals are of the flows that were written since {momentOf(scope.since)}.</p>
      )}
      {!node && !edge && <p>It has had no traffic for an hour, or is hidden.</p>}
    </SidePanel>
  );
}

function NodeDetails({ node, model, scope, onChoose }: Omit<Props, "choice" | "onClose"> & { node: GraphNode }) {
  const edges = [...model.edges.values()];
  return (
    <>
      <Facts
        of={[
          ["Kind", node.kind],
          ["Node", isOfMany(scope) ? node.node : ""],
          ["State", node.state && conditionOf(node).text],
          ["Project", node.compose_project],
          ["Service", node.compose_service],
          ["Namespace", node.namespace],
          ["Pod", node.pod],
          ["Pod's owner", node.pod_owner],
          ["Behind", node.services.join(", ")],
          ["Node", node.node],
          ["Image", node.image],
          ["Container", node.container_id.slice(0, 12)],
          ["Sent", formatBytes(node.sent_bytes)],
          ["Received", formatBytes(node.received_bytes)],
          ...workFacts(node.work),
        ]}
      />
      <p class="links">
        <a href={hashOfFlows({ container: node.name, on: isOfMany(scope) ? node.node : undefined })}>
          Flows of {node.name}
        </a>
        {node.kind === "container" && node.node === scope.node && (
          <a href={hashOf("dashboards", "flowtally-container", { "var-container": node.name })}>Container dashboard</a>
        )}
      </p>
      <EdgeList
        title="Outgoing"
        edges={edges.filter(({ source }) => source === node.id)}
        model={model}
        endOf={({ destination }) => destination}
        onChoose={onChoose}
      />
      <EdgeList
        title="Incoming"
        edges={edges.filter(({ destination }) => destination === node.id)}
        model={model}
        endOf={({ source }) => source}
        onChoose={onChoose}
      />
    </>
  );
}

/** Of its processes, whoever has told of what they send. */
function workFacts(work: GraphNode["work"]): [string, string][] {
  if (!work) return [];
  const { cpu_seconds, read_bytes, written_bytes, resident_bytes, per_second: now } = work;
  const withNow = (total: string, rate: string) => (now ? `${rate} now, ${total} in all` : total);
  return [
    ["CPU", withNow(formatValue(cpu_seconds, "s"), formatValue(now?.cpu_seconds, "percentunit"))],
    ["Disk read", withNow(formatBytes(read_bytes), formatRate(now?.read_bytes))],
    ["Disk written", withNow(formatBytes(written_bytes), formatRate(now?.written_bytes))],
    ["Memory", formatMemory(resident_bytes)],
  ];
}

interface EdgeListProps extends Pick<Props, "onChoose"> {
  title: string;
  edges: MapEdge[];
  model: MapModel;
  /** The id of its other end. */
  endOf(edge: MapEdge): string;
}

const LISTED = 50;

function EdgeList({ title, edges, model, endOf, onChoose }: EdgeListProps) {
  const nodeOf = (edge: MapEdge) => (model.machines.size > 0 ? (model.nodes.get(endOf(edge))?.node ?? "") : "");
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
              <span class="name">
                <EndpointName name={nameIn(model, endOf(edge))} node={nodeOf(edge)} />
              </span>
              <span class={edge.failing || isEdgeDropping(edge) ? "ports trouble" : "ports"}>
                {edge.links.map((link) => portText(link.destination_port)).join(", ")}
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

function EdgeDetails({ edge, model, onChoose }: Pick<Props, "model" | "onChoose"> & { edge: MapEdge }) {
  return (
    <>
      <p class="links">
        <button type="button" class="link" onClick={() => onChoose({ kind: "node", id: edge.source })}>
          {nameIn(model, edge.source)}
        </button>
        <button type="button" class="link" onClick={() => onChoose({ kind: "node", id: edge.destination })}>
          {nameIn(model, edge.destination)}
        </button>
      </p>
      {edge.links.map((link) => (
        <LinkDetails key={linkId(link)} link={link} model={model} />
      ))}
    </>
  );
}

function LinkDetails({ link, model }: { link: GraphLink; model: MapModel }) {
  const isFramed = model.machines.size > 0;
  return (
    <section>
      <h3>
        {portTitle(link.destination_port)} <span class="count">{link.protocol}</span>
      </h3>
      {isOwn(link) && <OwnFacts link={link} isFramed={isFramed} />}
      {link.observed.map((observed) => (
        <ObservedFacts key={observed.origin} observed={observed} />
      ))}
      {isOwn(link) && (
        <p class="links">
          <a
            href={hashOfFlows({
              container: nameIn(model, link.source),
              on: isFramed ? link.source_node : undefined,
              port: portFilter(link.destination_port),
              protocol: link.protocol,
            })}
          >
            Show flows
          </a>
        </p>
      )}
    </section>
  );
}

/** What is counted here. @param isFramed there are several machines */
function OwnFacts({ link, isFramed }: { link: GraphLink; isFramed: boolean }) {
  return (
    <Facts
      of={[
        ["From node", isFramed ? link.source_node || "not known" : ""],
        ["To node", isFramed ? link.destination_node || "not known" : ""],
        ["Seen by", isFramed ? seenBy(link) : ""],
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
  );
}
