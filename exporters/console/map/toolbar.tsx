import type { Scope } from "../api/types.ts";
import type { Found, MapModel } from "../lib/graph.ts";
import { shortOrigin } from "../lib/origins.ts";
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
  /** Who tells of what is shown, or is hidden. */
  origins: readonly string[];
  hidden: ReadonlySet<string>;
  onOrigin(origin: string, on: boolean): void;
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
  origins,
  hidden,
  onOrigin,
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
      <Origins origins={origins} hidden={hidden} onOrigin={onOrigin} />
      <p class="note" role="status">
        {foundText(found) ?? sizeText(model)}
        {scope !== undefined && scope.edges_left_out > 0 && `, ${countOf(scope.edges_left_out, "edge")} left out`}
      </p>
    </div>
  );
}

/** A switch for each who tells of traffic, where there are several. */
function Origins({ origins, hidden, onOrigin }: Pick<Props, "origins" | "hidden" | "onOrigin">) {
  if (origins.length < 2) return null;
  return (
    <fieldset class="origins">
      <legend>Seen by</legend>
      {origins.map((origin) => (
        <label key={origin} class="check" title={origin}>
          <input
            type="checkbox"
            checked={!hidden.has(origin)}
            onChange={(event) => onOrigin(origin, event.currentTarget.checked)}
          />
          {shortOrigin(origin)}
        </label>
      ))}
    </fieldset>
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
