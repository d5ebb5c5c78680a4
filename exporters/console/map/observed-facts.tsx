import type { Count, Observed } from "../api/types.ts";
import { countsText } from "../lib/origins.ts";
import { momentOf } from "../lib/time.ts";
import { formatCount, formatValue } from "../lib/units.ts";
import { Facts } from "../ui/facts.tsx";

/** What one observer says of a link: events, not bytes. */
export function ObservedFacts({ observed }: { observed: Observed }) {
  const { origin, events, replies, verdicts, drop_reasons, types, per_second, seen } = observed;
  return (
    <div class="observed" data-testid="observed">
      <h4>{origin}</h4>
      <Facts
        of={[
          ["Now", per_second === null ? "" : `${formatValue(per_second)} events/s`],
          ["Events", formatCount(events)],
          ["Answers", replies === 0 ? "" : formatCount(replies)],
          ["Verdicts", verdicts.length > 0 && <Counts key="verdicts" of={verdicts} bad={isBadVerdict} />],
          ["Dropped for", drop_reasons.length > 0 && <Counts key="reasons" of={drop_reasons} bad={() => true} />],
          ["Types", countsText(types)],
          ...httpFacts(observed),
          ...dnsFacts(observed),
          ["Last seen", momentOf(seen)],
        ]}
      />
    </div>
  );
}

type Fact = readonly [string, preact.ComponentChildren];

function httpFacts({ http }: Observed): Fact[] {
  if (!http) return [];
  const { requests, responses, methods, codes, latency_seconds } = http;
  return [
    ["HTTP requests", formatCount(requests)],
    ["Methods", countsText(methods)],
    ["HTTP answers", formatCount(responses)],
    ["Status codes", codes.length > 0 && <Counts key="codes" of={codes} bad={(name) => name >= "5"} />],
    ["Mean latency", latency_seconds === null ? "" : formatValue(latency_seconds, "s")],
  ];
}

function dnsFacts({ dns }: Observed): Fact[] {
  if (!dns) return [];
  return [
    ["DNS queries", formatCount(dns.queries)],
    ["DNS answers", formatCount(dns.responses)],
    ["Answer codes", countsText(dns.rcodes)],
  ];
}

function isBadVerdict(name: string): boolean {
  return name === "DROPPED" || name === "ERROR";
}

/** One to a line; those that tell of trouble stand out. */
function Counts({ of, bad }: { of: readonly Count[]; bad(name: string): boolean }) {
  return (
    <ul class="counts">
      {of.map(({ name, count }) => (
        <li key={name} class={bad(name) ? "trouble" : ""}>
          <span>{name}</span> <span class="number">{formatCount(count)}</span>
        </li>
      ))}
    </ul>
  );
}
