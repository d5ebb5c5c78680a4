import { useCallback, useMemo, useRef, useState } from "preact/hooks";
import type { Graph } from "../api/types.ts";
import { usePoll } from "../api/use-poll.ts";
import { type Found, inUseWithin, mapModel, search as searchModel } from "../lib/graph.ts";
import { route, setQuery } from "../router.ts";
import { lazy } from "../ui/lazy.tsx";
import { Message } from "../ui/message.tsx";
import type { CanvasProps } from "./canvas.tsx";
import { Details } from "./details.tsx";
import type { Choice } from "./drawing.ts";
import { EdgeTable } from "./edge-table.tsx";
import { Toolbar } from "./toolbar.tsx";

const EVERY_MS = 3000;
const IDLE_SECONDS = 300;

const Canvas = lazy<CanvasProps>(() => import("./canvas.tsx").then(({ MapCanvas }) => MapCanvas));

/** The service map: who talks to whom, and how much right now. */
export function MapPage() {
  const monitoring = route.value.query.get("monitoring") === "1";
  const idle = route.value.query.get("idle") === "1";
  const path = `/api/graph?monitoring=${monitoring ? 1 : 0}`;
  const { data, error } = usePoll<Graph>(path, EVERY_MS);
  const [search, setSearch] = useState("");
  const [choice, setChoice] = useState<Choice | undefined>();
  const model = useMemo(() => data && mapModel(idle ? data : inUseWithin(data, IDLE_SECONDS)), [data, idle]);
  const found = useMemo(() => (model ? searchModel(model, search) : undefined), [model, search]);
  const stableFound = useSame(found);
  const close = useCallback(() => setChoice(undefined), []);

  return (
    <div class="page map-page">
      <h1 class="unseen">Service map</h1>
      <Toolbar
        model={model}
        search={search}
        onSearch={setSearch}
        found={found}
        monitoring={monitoring}
        onMonitoring={(on) => setQuery({ monitoring: on ? "1" : undefined })}
        idle={idle}
        onIdle={(on) => setQuery({ idle: on ? "1" : undefined })}
      />
      {!model && <Start error={error?.message} />}
      {model?.nodes.size === 0 && (
        <Message title={data?.links.length === 0 ? "No traffic has been seen yet" : "No traffic right now"}>
          Start two containers that talk to each other, or tick a box above to see this stack’s own traffic, or edges
          that have been idle for a while.
        </Message>
      )}
      {model && model.nodes.size > 0 && (
        <div class={`map-body ${choice ? "with-side" : ""}`}>
          <Canvas model={model} choice={choice} found={stableFound} onChoose={setChoice} />
          {choice && <Details choice={choice} model={model} onChoose={setChoice} onClose={close} />}
          <EdgeTable model={model} found={found} choice={choice} onChoose={setChoice} />
        </div>
      )}
    </div>
  );
}

function Start({ error }: { error: string | undefined }) {
  if (error === undefined) return <div class="loading" aria-busy="true" />;
  return <Message title="The service map cannot be shown">{error}. Retrying every two seconds.</Message>;
}

/** The earlier of two findings that are the same, so that nothing is redrawn for a copy. */
function useSame(found: Found | undefined): Found | undefined {
  const before = useRef(found);
  if (textOf(found) !== textOf(before.current)) before.current = found;
  return before.current;
}

function textOf(found: Found | undefined): string | undefined {
  return found && [...found.nodes, "", ...found.links].join("\t");
}
