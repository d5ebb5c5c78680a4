import type { Flow, Scope, Work } from "../api/types.ts";
import { hashOfFlows } from "../lib/flows-query.ts";
import { l7Text } from "../lib/l7.ts";
import { isOfMany, seenBy } from "../lib/nodes.ts";
import { momentOf } from "../lib/time.ts";
import { formatBytes, formatCount, formatMemory, formatValue } from "../lib/units.ts";
import { Facts } from "../ui/facts.tsx";
import { SidePanel } from "../ui/panel.tsx";
import { State, Verdict } from "./state.tsx";

/** Everything about one flow. @param flow undefined: the exporter has it in no list any more */
export function FlowDetails({
  flow,
  scope,
  onClose,
}: {
  flow: Flow | undefined;
  scope: Scope | undefined;
  onClose(): void;
}) {
  const isMany = isOfMany(scope);
  if (flow === undefined) {
    return (
      <SidePanel title="A flow of the past" onClose={onClose}>
        <p>The exporter no longer lists this flow: it keeps the last that ended, and the last that failed.</p>
      </SidePanel>
    );
  }
  return (
    <SidePanel title={`${flow.source} → ${flow.destination}`} onClose={onClose}>
      <Facts
        of={[
          ["State", <State key="state" flow={flow} />],
          ["Error", flow.error ?? ""],
          ["From node", isMany ? flow.source_node || "not known" : ""],
          ["To node", isMany ? flow.destination_node || "not known" : ""],
          ["Seen by", isMany ? seenBy(flow) : ""],
          ["From", `${flow.source_address} : ${flow.source_port}`],
          ["To", `${flow.destination_address} : ${flow.destination_address_port}`],
          ["Listens on", `${flow.destination_port}/${flow.protocol}`],
          ["Process", flow.comm === "" ? "" : `${flow.comm} (${flow.pid})`],
          ...(flow.observed ? toldFacts(flow.origin, flow.observed) : ownFacts(flow)),
          ["Round trip", flow.rtt_seconds === 0 ? "" : formatValue(flow.rtt_seconds, "s")],
          ["Started", flow.start === null ? "before monitoring started" : momentOf(flow.start)],
          ["Ended", flow.end === null ? "still open" : momentOf(flow.end)],
        ]}
      />
      <p class="links">
        {[...new Set([flow.source, flow.destination])].map((name) => (
          <a key={name} href={hashOfFlows({ container: name })}>
            Flows of {name}
          </a>
        ))}
      </p>
      {flow.work && <WorkDetails comm={flow.work.comm} before={flow.work.before} during={flow.work.during} />}
    </SidePanel>
  );
}

function ownFacts({ sent_bytes, received_bytes, retransmits }: Flow): [string, string][] {
  return [
    ["Sent", formatBytes(sent_bytes)],
    ["Received", formatBytes(received_bytes)],
    ["Retransmits", formatCount(retransmits)],
  ];
}

type Fact = readonly [string, preact.ComponentChildren];

/** What another tells: events, not bytes. */
function toldFacts(origin: string, observed: NonNullable<Flow["observed"]>): Fact[] {
  const { drop_reason, node, is_reply, events, replies, l7 } = observed;
  return [
    ["Told by", origin],
    ["Seen on node", node],
    ["Verdict", <Verdict key="verdict" of={observed} />],
    ["Dropped for", drop_reason],
    ["Events", formatCount(events)],
    ["Answers", replies === 0 ? "" : formatCount(replies)],
    ["The last was", is_reply === null ? "" : is_reply ? "an answer" : "a question"],
    ["Request", l7 ? l7Text(l7) : ""],
    ["URL", l7?.http?.url ?? ""],
    ["HTTP version", l7?.http?.protocol ?? ""],
    ["Addresses", l7?.dns?.ips.join(", ") ?? ""],
    ["Other names", l7?.dns?.cnames.join(", ") ?? ""],
  ];
}

function WorkDetails({ comm, before, during }: { comm: string; before: Work; during: Work }) {
  return (
    <section>
      <h3>
        Work of {comm} <span class="count">before the flow, during it</span>
      </h3>
      <Facts
        of={[
          ["CPU", pair(formatValue(before.cpu_seconds, "s"), formatValue(during.cpu_seconds, "s"))],
          ["Disk read", pair(formatBytes(before.read_bytes), formatBytes(during.read_bytes))],
          ["Disk written", pair(formatBytes(before.written_bytes), formatBytes(during.written_bytes))],
          ["Major faults", pair(formatCount(before.major_faults), formatCount(during.major_faults))],
          ["Resident memory", formatMemory(during.resident_bytes)],
        ]}
      />
    </section>
  );
}

function pair(before: string, during: string): string {
  return `${before}, ${during}`;
}
