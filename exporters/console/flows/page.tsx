import { useCallback, useState } from "preact/hooks";
import { recordedAt } from "../api/health.ts";
import { flowKey } from "../lib/flow-key.ts";
import { sortOf, wantedOf } from "../lib/flows-query.ts";
import { isOfMany } from "../lib/nodes.ts";
import { sortText } from "../lib/sort.ts";
import { formatClock } from "../lib/time.ts";
import { countOf, sentence } from "../lib/words.ts";
import { route, setQuery } from "../router.ts";
import { Message } from "../ui/message.tsx";
import { NodeSelect } from "../ui/node-select.tsx";
import { OwnTraffic } from "../ui/own-traffic.tsx";
import { VirtualTable } from "../ui/virtual-table.tsx";
import { flowColumns } from "./columns.tsx";
import { FlowDetails } from "./details.tsx";
import { ClearFilters, Empty } from "./empty.tsx";
import { Filters } from "./filters.tsx";
import { useFlows } from "./use-flows.ts";
import { useSelected } from "./use-selected.ts";

/** Live table of the flows that are open, and of those that ended of late. */
export function FlowsPage() {
  const wanted = wantedOf(route.value.query);
  const sort = sortOf(route.value.query.get("sort"), wanted.filters);
  const [paused, setPaused] = useState(false);
  const { total, rowAt, onSlice, error, at, data } = useFlows(wanted, sort, paused);
  const origins = data?.origins ?? [];
  const refused = error !== undefined && error.code !== "UNREACHABLE";
  // What it shows was neither now nor at any time of the reader's clock; the banner says when.
  const isRecording = recordedAt.value !== undefined;
  const selected = route.value.query.get("flow");
  const shown = useSelected(selected, data?.flows ?? []);
  const close = useCallback(() => setQuery({ flow: undefined }), []);

  return (
    <div class="page">
      <h1 class="unseen">Flows</h1>
      <div class="toolbar">
        <Filters
          filters={wanted.filters}
          port={route.value.query.get("port") ?? ""}
          origins={origins}
          onChange={setQuery}
        />
        <NodeSelect scope={data?.scope} chosen={wanted.node} />
        <OwnTraffic shown={wanted.monitoring} onChange={(on) => setQuery({ monitoring: on ? "1" : undefined })} />
        <button type="button" aria-pressed={paused} onClick={() => setPaused(!paused)}>
          {paused ? "Resume" : "Pause"}
        </button>
        <p class="note" role="status">
          {!refused && countOf(total, "flow")}
          {!refused && at !== undefined && !isRecording && `, ${paused ? "as of" : "live"} ${formatClock(at)}`}
          {data !== undefined && data.left_out > 0 && <LeftOut sockets={data.left_out} />}
        </p>
      </div>
      {refused && (
        <Message title="These filters cannot be used">
          {sentence(error.message)} <ClearFilters />
        </Message>
      )}
      <div class={`table-body ${selected === null ? "" : "with-side"}`} hidden={refused}>
        <VirtualTable
          caption="Flows"
          columns={flowColumns(isOfMany(data?.scope), origins.length > 1)}
          count={total}
          rowAt={rowAt}
          keyOf={flowKey}
          sort={sort}
          onSort={(next) => setQuery({ sort: sortText(next) })}
          onOpen={(flow) => setQuery({ flow: flowKey(flow) })}
          selected={selected ?? undefined}
          onSlice={onSlice}
          empty={data ? <Empty wanted={wanted} /> : "Loading…"}
        />
        {selected !== null && shown.known && <FlowDetails flow={shown.flow} scope={data?.scope} onClose={close} />}
      </div>
    </div>
  );
}

function LeftOut({ sockets }: { sockets: number }) {
  return (
    <span class="trouble" title="Open sockets that the exporter had no room for in its memory; they are in no list.">
      , {countOf(sockets, "socket")} left out
    </span>
  );
}
