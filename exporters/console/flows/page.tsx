import { useCallback, useState } from "preact/hooks";
import type { Flow } from "../api/types.ts";
import { sortOf, sortText, wantedOf } from "../lib/flows-query.ts";
import { formatClock } from "../lib/time.ts";
import { countOf, sentence } from "../lib/words.ts";
import { route, setQuery } from "../router.ts";
import { Message } from "../ui/message.tsx";
import { OwnTraffic } from "../ui/own-traffic.tsx";
import { VirtualTable } from "../ui/virtual-table.tsx";
import { FLOW_COLUMNS } from "./columns.tsx";
import { FlowDetails } from "./details.tsx";
import { ClearFilters, Empty } from "./empty.tsx";
import { Filters } from "./filters.tsx";
import { useFlows } from "./use-flows.ts";

/** Live table of the flows that are open, and of those that ended of late. */
export function FlowsPage() {
  const wanted = wantedOf(route.value.query);
  const sort = sortOf(route.value.query.get("sort"));
  const [paused, setPaused] = useState(false);
  const [opened, setOpened] = useState<Flow | undefined>();
  const { total, rowAt, onSlice, error, at, data } = useFlows(wanted, sort, paused);
  const refused = error !== undefined && error.code !== "UNREACHABLE";
  const close = useCallback(() => setOpened(undefined), []);
  const shown = opened && latest(opened, data?.flows);

  return (
    <div class="page">
      <h1 class="unseen">Flows</h1>
      <div class="toolbar">
        <Filters filters={wanted.filters} onChange={setQuery} />
        <OwnTraffic shown={wanted.monitoring} onChange={(on) => setQuery({ monitoring: on ? "1" : undefined })} />
        <button type="button" aria-pressed={paused} onClick={() => setPaused(!paused)}>
          {paused ? "Resume" : "Pause"}
        </button>
        <p class="note" role="status">
          {!refused && countOf(total, "flow")}
          {!refused && at !== undefined && `, ${paused ? "as of" : "live"} ${formatClock(at)}`}
          {data !== undefined && data.left_out > 0 && <LeftOut sockets={data.left_out} />}
        </p>
      </div>
      {refused && (
        <Message title="These filters cannot be used">
          {sentence(error.message)} <ClearFilters />
        </Message>
      )}
      <div class={`table-body ${shown ? "with-side" : ""}`} hidden={refused}>
        <VirtualTable
          caption="Flows"
          columns={FLOW_COLUMNS}
          count={total}
          rowAt={rowAt}
          keyOf={flowKey}
          sort={sort}
          onSort={(next) => setQuery({ sort: sortText(next) })}
          onOpen={setOpened}
          selected={shown && flowKey(shown)}
          onSlice={onSlice}
          empty={data ? <Empty wanted={wanted} /> : "Asking the exporter…"}
        />
        {shown && <FlowDetails flow={shown} onClose={close} />}
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

/** The same flow as it is now, while it can be seen. */
function latest(flow: Flow, flows: readonly Flow[] | undefined): Flow {
  return flows?.find((one) => flowKey(one) === flowKey(flow)) ?? flow;
}

function flowKey(flow: Flow): string {
  const { protocol, source_address, source_port, destination_address, destination_address_port, start } = flow;
  return [protocol, source_address, source_port, destination_address, destination_address_port, start].join(" ");
}
