import { useCallback, useMemo, useRef } from "preact/hooks";
import type { Graph } from "../api/types.ts";
import { usePoll } from "../api/use-poll.ts";
import { type Choice, changeTo, choiceOf } from "../lib/choice.ts";
import { type Found, inUseWithin, mapModel, search as searchModel } from "../lib/graph.ts";
import { chosenNode, nodesQuery, onlyNode } from "../lib/nodes.ts";
import { hiddenOrigins, originSwitched, originsIn, withoutOrigins } from "../lib/origins.ts";
import { route, setQuery } from "../router.ts";
import { lazy } from "../ui/lazy.tsx";
import { Message } from "../ui/message.tsx";
import type { CanvasProps } from "./canvas.tsx";
import { Details } from "./details.tsx";
import { EdgeTable } from "./edge-table.tsx";
import { Toolbar } from "./toolbar.tsx";

const EVERY_MS = 3000;
const IDLE_SECONDS = 300;

const Canvas = lazy<CanvasProps>(() => import("./canvas.tsx").then(({ MapCanvas }) => MapCanvas));

/** The service map: who talks to whom, and how much right now. */
export function MapPage() {
  const { query } = route.value;
  const monitoring = query.get("monitoring") === "1";
  const idle = query.get("idle") === "1";
  const search = query.get("search") ?? "";
  const chosen = chosenNode(query);
  const path = `/api/graph?${new URLSearchParams({ monitoring: monitoring ? "1" : "0", ...nodesQuery(chosen) })}`;
  const { data, error, stale } = usePoll<Graph>(path, EVERY_MS);
  // What is shown is of another question, and to this one there is no answer.
  const refused = error?.code === "BAD_QUERY" && (stale || !data);
  const choice = useSame(choiceOf(query), textOfChoice);
  const without = query.get("without");
  const hidden = useMemo(() => hiddenOrigins(query), [without]);
  const used = useMemo(() => data && (idle ? data : inUseWithin(data, IDLE_SECONDS)), [data, idle]);
  const model = useMemo(() => used && mapModel(withoutOrigins(used, hidden)), [used, hidden]);
  const origins = useMemo(() => [...new Set([...(data ? originsIn(data) : []), ...hidden])], [data, hidden]);
  const found = useMemo(() => (model ? searchModel(model, search) : undefined), [model, search]);
  const stableFound = useSame(found, textOfFound);
  const close = useCallback(() => choose(undefined), []);

  return (
    <div class="page map-page">
      <h1 class="unseen">Service map</h1>
      <Toolbar
        model={model}
        scope={data?.scope}
        node={chosen}
        search={search}
        onSearch={(text) => setQuery({ search: text }, "search")}
        found={found}
        monitoring={monitoring}
        onMonitoring={(on) => setQuery({ monitoring: on ? "1" : undefined })}
        idle={idle}
        onIdle={(on) => setQuery({ idle: on ? "1" : undefined })}
        origins={origins}
        hidden={hidden}
        onOrigin={(origin, on) => setQuery(originSwitched(hidden, origin, on))}
      />
      {refused && <NoSuchNode />}
      {!model && !refused && <Start error={error?.message} />}
      {!refused && model?.nodes.size === 0 && (
        <Message title={data?.links.length === 0 ? "No traffic has been seen yet" : "No traffic right now"}>
          Start two containers that talk to each other, or tick a box above to see this stack’s own traffic, or edges
          that have been idle for a while.
        </Message>
      )}
      {!refused && model && model.nodes.size > 0 && (
        <div class={`map-body ${choice ? "with-side" : ""}`}>
          <Canvas key={chosen ?? ""} of={chosen} model={model} choice={choice} found={stableFound} onChoose={choose} />
          {choice && data && (
            <Details choice={choice} model={model} scope={data.scope} onChoose={choose} onClose={close} />
          )}
          <EdgeTable model={model} found={found} choice={choice} onChoose={choose} />
        </div>
      )}
    </div>
  );
}

function NoSuchNode() {
  return (
    <Message title="There is nothing of this node">
      No node of this name has told of a flow within the hour.{" "}
      <button type="button" class="link" onClick={() => setQuery(onlyNode(undefined))}>
        Show all nodes
      </button>
    </Message>
  );
}

function Start({ error }: { error: string | undefined }) {
  if (error === undefined) return <div class="loading" aria-busy="true" />;
  return <Message title="The service map cannot be shown">{error}. Retrying every two seconds.</Message>;
}

function choose(choice: Choice | undefined): void {
  setQuery(changeTo(choice));
}

/** The earlier of two values that are the same, so that nothing is redrawn for a copy. */
function useSame<T>(value: T, textOf: (value: T) => string | undefined): T {
  const before = useRef(value);
  if (textOf(value) !== textOf(before.current)) before.current = value;
  return before.current;
}

function textOfChoice(choice: Choice | undefined): string | undefined {
  return choice && `${choice.kind}\t${choice.id}`;
}

function textOfFound(found: Found | undefined): string | undefined {
  return found && [...found.nodes, "", ...found.links].join("\t");
}
