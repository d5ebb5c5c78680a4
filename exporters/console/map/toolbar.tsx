import type { Scope } from "../api/types.ts";
import type { Found, MapModel } from "../lib/graph.ts";
import { countOf } from "../lib/words.ts";
import { DraftInput } from "../ui/draft-input.tsx";
import { NodeSelect } from "../ui/node-select.tsx";
import { OwnTraffic } from "../ui/own-traffic.tsx";

interface Props {
  scope: Scope | undefined;
  /** The only one that is shown. */
  node: string | undefined;
  model: MapModel | undefined;
  search: string;
  onSearch(text: string): void;
  found: Found | undefined;
  monitoring: boolean;
  onMonitoring(on: boolean): void;
  /** Edges that nothing has used for a while are shown too. */
  idle: boolean;
  onIdle(on: boolean): void;
}

/** Search, what is hidden, and what the colours mean. */
export function Toolbar({
  scope,
  node,
  model,
  search,
  onSearch,
  found,
  monitoring,
  onMonitoring,
  idle,
  onIdle,
}: Props) {
  return (
    <div class="toolbar">
      <DraftInput
        label="Search"
        type="search"
        value={search}
        placeholder="name, image, project or port"
        onCommit={onSearch}
      />
      <NodeSelect scope={scope} chosen={node} />
      <OwnTraffic shown={monitoring} onChange={onMonitoring} />
      <label class="check">
        <input type="checkbox" checked={idle} onChange={(event) => onIdle(event.currentTarget.checked)} />
        Idle for over 5 minutes
      </label>
      <p class="note" role="status">
        {foundText(found) ?? sizeText(model)}
        {scope !== undefined && scope.edges_left_out > 0 && `, ${countOf(scope.edges_left_out, "edge")} left out`}
      </p>
    </div>
  );
}

function foundText(found: Found | undefined): string | undefined {
  if (found === undefined) return undefined;
  if (found.port !== undefined) return `${countOf(found.links.size, "edge")} on port ${found.port}`;
  return found.nodes.size === 0 ? "No match" : `${countOf(found.nodes.size, "endpoint")} found`;
}

function sizeText(model: MapModel | undefined): string {
  return model ? `${countOf(model.nodes.size, "endpoint")}, ${countOf(model.edges.size, "edge")}` : "";
}
