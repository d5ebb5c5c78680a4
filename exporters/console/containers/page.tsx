import { useMemo } from "preact/hooks";
import type { ContainersPage as Answer, Container } from "../api/types.ts";
import { usePoll } from "../api/use-poll.ts";
import { isOfMany } from "../lib/nodes.ts";
import { hashOf } from "../lib/route.ts";
import { parseSort, sortRows, sortText } from "../lib/sort.ts";
import { formatCount } from "../lib/units.ts";
import { countOf } from "../lib/words.ts";
import { route, setQuery } from "../router.ts";
import { DraftInput } from "../ui/draft-input.tsx";
import { Message } from "../ui/message.tsx";
import { VirtualTable } from "../ui/virtual-table.tsx";
import { columnsOf, rankOf } from "./columns.tsx";
import { useTrends } from "./use-trends.ts";
import { useWorkingSets } from "./use-working-sets.ts";

const EVERY_MS = 3000;

/** The running containers, and what each of them does; a click leads to its dashboard. */
export function ContainersPage() {
  const { data, error } = usePoll<Answer>("/api/containers?limit=10000", EVERY_MS);
  const { query } = route.value;
  const search = query.get("search") ?? "";
  const sortedBy = query.get("sort") || "-cpu";
  const sort = useMemo(() => parseSort(sortedBy), [sortedBy]);
  const trends = useTrends();
  const workingSets = useWorkingSets();
  const on = isOfMany(data) ? data?.node : undefined;
  const columns = useMemo(() => columnsOf(workingSets, trends, on), [workingSets, trends, on]);
  const rows = useMemo(() => {
    const found = (data?.containers ?? []).filter((container) => hasText(container, search));
    return sortRows(found, (container) => rankOf(container, sort.key, workingSets), sort.descending);
  }, [data, search, sort, workingSets]);

  return (
    <div class="page">
      <h1 class="unseen">Containers</h1>
      <div class="toolbar">
        <DraftInput
          label="Search"
          type="search"
          value={search}
          placeholder="name, image or project"
          onCommit={(text) => setQuery({ search: text }, "search")}
        />
        <p class="note" role="status">
          {data ? `${formatCount(rows.length)} of ${countOf(data.total, "container")}` : ""}
          {on !== undefined && <Here node={on} />}
          {rows.some(isUnread) && ", waiting for the exporter’s second reading to tell rates"}
        </p>
      </div>
      {!data && error && <Message title="The containers cannot be shown">{error.message}</Message>}
      <div class="table-body">
        <VirtualTable
          caption="Containers"
          columns={columns}
          count={rows.length}
          rowAt={(index) => rows[index]}
          keyOf={({ id }) => id}
          sort={sort}
          onSort={(next) => setQuery({ sort: sortText(next) })}
          onOpen={openDashboard}
          empty={<Empty known={data !== undefined} searched={search !== ""} />}
        />
      </div>
    </div>
  );
}

/** The store that machines share knows who talks to whom, and not what each process does. */
function Here({ node }: { node: string }) {
  return (
    <span title="The containers of other nodes are in their own consoles; what they exchange is on the map.">
      {" "}
      on {node}
    </span>
  );
}

function Empty({ known, searched }: { known: boolean; searched: boolean }) {
  if (!known) return <>Loading…</>;
  if (searched) return <Message title="No container matches">Try a shorter search.</Message>;
  return <Message title="No container is running">Start one: it appears within ten seconds.</Message>;
}

function isUnread({ per_second: rates }: Container): boolean {
  return rates === null;
}

function openDashboard({ name }: Container): void {
  location.hash = hashOf("dashboards", "flowtally-container", { "var-container": name });
}

function hasText({ name, image, compose_project: project }: Container, search: string): boolean {
  const wanted = search.trim().toLowerCase();
  return [name, image, project].some((text) => text.toLowerCase().includes(wanted));
}
