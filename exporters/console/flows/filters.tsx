import type { Graph } from "../api/types.ts";
import { usePoll } from "../api/use-poll.ts";
import type { FlowFilters } from "../lib/flows-query.ts";
import { shortOrigin } from "../lib/origins.ts";
import { portFault } from "../lib/ports.ts";
import { DraftInput } from "../ui/draft-input.tsx";

/** What the exporter lets states be filtered by: these, then TCP's own. */
const STATES: readonly (readonly [string, string])[] = [
  ["open", "open"],
  ["closed", "closed"],
  ["failed", "failed"],
  ["ESTABLISHED", "TCP: established"],
  ["SYN_SENT", "TCP: syn sent"],
  ["SYN_RECV", "TCP: syn received"],
  ["FIN_WAIT1", "TCP: fin wait 1"],
  ["FIN_WAIT2", "TCP: fin wait 2"],
  ["CLOSE_WAIT", "TCP: close wait"],
  ["LAST_ACK", "TCP: last ack"],
  ["CLOSING", "TCP: closing"],
];

/** What others tell became of a packet. */
const VERDICTS = ["FORWARDED", "DROPPED", "ERROR", "AUDIT", "REDIRECTED", "TRACED", "TRANSLATED"];

interface Props {
  filters: FlowFilters;
  /** As the address has it, be it none. */
  port: string;
  /** Who tells of flows. */
  origins: readonly string[];
  /** `typing` names the field that was typed into. */
  onChange(change: FlowFilters | Record<string, undefined>, typing?: string): void;
}

export function Filters({ filters, port, origins, onChange }: Props) {
  const { data } = usePoll<Graph>("/api/graph?monitoring=1&nodes=all", 30_000);
  return (
    <>
      <DraftInput
        label="Search"
        type="search"
        list="endpoints"
        value={filters.search ?? ""}
        placeholder="part of a name or address"
        onCommit={(search) => onChange({ search }, "search")}
      />
      <datalist id="endpoints">
        {[...new Set(data?.nodes.map(({ name }) => name))].map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <DraftInput
        label="Port"
        short
        inputMode="numeric"
        value={port}
        placeholder="any"
        faultOf={portFault}
        onCommit={(text) => onChange({ port: text }, "port")}
      />
      <Select
        label="Protocol"
        value={filters.protocol}
        options={[
          ["tcp", "TCP"],
          ["udp", "UDP"],
        ]}
        onChange={(protocol) => onChange({ protocol })}
      />
      <Select label="State" value={filters.state} options={STATES} onChange={(state) => onChange({ state })} />
      {(origins.length > 1 || filters.origin !== undefined || filters.verdict !== undefined) && (
        <>
          <Select
            label="Seen by"
            value={filters.origin}
            options={[...new Set([...origins, ...(filters.origin === undefined ? [] : [filters.origin])])].map(
              (origin) => [origin, shortOrigin(origin)] as const,
            )}
            onChange={(origin) => onChange({ origin })}
          />
          <Select
            label="Verdict"
            value={filters.verdict}
            options={VERDICTS.map((verdict) => [verdict, verdict.toLowerCase()] as const)}
            onChange={(verdict) => onChange({ verdict })}
          />
        </>
      )}
      {filters.container !== undefined && (
        <button
          type="button"
          class="chip"
          onClick={() => onChange({ container: undefined })}
          title="Take this filter away"
        >
          Only <strong>{filters.container}</strong> ✕
        </button>
      )}
    </>
  );
}

interface SelectProps {
  label: string;
  value: string | undefined;
  options: readonly (readonly [string, string])[];
  onChange(value: string): void;
}

function Select({ label, value, options, onChange }: SelectProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value ?? ""} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">any</option>
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
