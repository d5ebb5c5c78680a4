import { filterText, NO_FILTERS, type Wanted } from "../lib/flows-query.ts";
import { setQuery } from "../router.ts";
import { Message } from "../ui/message.tsx";

/** Why no flow is shown, and what shows more. */
export function Empty({ wanted: { filters, monitoring } }: { wanted: Wanted }) {
  const text = filterText(filters);
  const hidden = monitoring ? undefined : <ShowOwnTraffic />;
  if (text === "") {
    return (
      <Message title={monitoring ? "No flow has been seen yet" : "No flow but the monitoring’s own has been seen yet"}>
        Let two containers talk to each other. {hidden}
      </Message>
    );
  }
  return (
    <Message title="No flow passes the filter">
      Only flows with {text} are shown, and there are none at the moment. <ClearFilters /> {hidden}
    </Message>
  );
}

export function ClearFilters() {
  return (
    <button type="button" class="link" onClick={() => setQuery(NO_FILTERS)}>
      Clear the filter
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
