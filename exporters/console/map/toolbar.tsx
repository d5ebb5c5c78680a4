import type { MapModel } from "../lib/graph.ts";
import { OwnTraffic } from "../ui/own-traffic.tsx";

interface Props {
  model: MapModel | undefined;
  search: string;
  onSearch(text: string): void;
  /** How many nodes the search has found; undefined while nothing is searched for. */
  found: number | undefined;
  monitoring: boolean;
  onMonitoring(on: boolean): void;
  /** Edges that nothing has used for a while are shown too. */
  idle: boolean;
  onIdle(on: boolean): void;
}

/** Search, what is hidden, and what the colours mean. */
export function Toolbar({ model, search, onSearch, found, monitoring, onMonitoring, idle, onIdle }: Props) {
  return (
    <div class="toolbar">
      <label class="field">
        <span>Search</span>
        <input
          type="search"
          value={search}
          placeholder="name, image, project or port"
          onInput={(event) => onSearch(event.currentTarget.value)}
        />
      </label>
      <OwnTraffic shown={monitoring} onChange={onMonitoring} />
      <label class="check">
        <input type="checkbox" checked={idle} onChange={(event) => onIdle(event.currentTarget.checked)} />
        Unused for five minutes
      </label>
      <p class="note" role="status">
        {foundText(found) ?? sizeText(model)}
      </p>
    </div>
  );
}

function foundText(found: number | undefined): string | undefined {
  if (found === undefined) return undefined;
  return found === 0 ? "Nothing found" : `${found} found`;
}

function sizeText(model: MapModel | undefined): string {
  return model ? `${model.nodes.size} endpoints, ${model.edges.size} edges` : "";
}
