import { filterText, NO_FILTERS, type Wanted } from "../lib/flows-query.ts";
import { setQuery } from "../router.ts";
import { Message } from "../ui/message.tsx";

/** Why no flow is shown, and what shows more. */
export function Empty({ wanted: { filters, node, monitoring } }: { wanted: Wanted }) {
  const text = filterText({ ...filters, ...(node !== undefined && { node }) });
  const hidden = monitoring ? undefined : <ShowOwnTraffic />;
  if (text === "") {
    return (
      <Message title={monitoring ? "No flows yet" : "Only the monitoring’s own flows so far"}>
        They appear as soon as two containers talk to each other. {hidden}
      </Message>
    );
  }
  return (
    <Message title="No flows match the filters">
      There is no flow with {text} right now. <ClearFilters /> {hidden}
    </Message>
  );
}

export function ClearFilters() {
  return (
    <button type="button" class="link" onClick={() => setQuery(NO_FILTERS)}>
      Clear the filters
    </button>
  );
}

function ShowOwnTraffic() {
  return (
    <button type="button" class="link" onClick={() => setQuery({ monitoring: "1" })}>
      Show the monitoring’s own too
    </button>
  );
}
