import { printable } from "../lib/printable.ts";
import type { CiliumState } from "../stack/cilium-state.ts";
import type { Memory } from "../stack/containers.ts";
import type { HubbleState } from "../stack/hubble-state.ts";
import type { LeftOut } from "../stack/left-out.ts";
import type { RemoteWriteState } from "../stack/remote-write-state.ts";
import type { StoreState } from "../stack/store-state.ts";
import type { TracerState } from "../stack/tracer-state.ts";
import { describeLeftOut } from "./summary.ts";
import { renderTable } from "./table.ts";

export interface ServiceStatus {
  service: string;
  /** running, exited, absent … */
  state: string;
  health: string;
  image?: string;
  url?: string;
  memory?: Memory;
}

const MEBIBYTE = 1024 * 1024;

export interface StatusReport {
  services: ServiceStatus[];
  /** Null where flow-exporter does not tell. */
  tracer: TracerState | null;
  /** Null where flows are stored nowhere, or flow-exporter does not tell. */
  store: StoreState | null;
  /** Null where samples are sent nowhere, or Prometheus does not tell. */
  remoteWrite: RemoteWriteState | null;
  /** Null where no nodes of Cilium are named, or Prometheus does not tell. */
  cilium: CiliumState | null;
  /** Null where Hubble's clients are not served, or flow-exporter does not tell. */
  hubble: HubbleState | null;
  leftOut: readonly LeftOut[];
  /** Where another checkout has started it. */
  startedFrom?: StartedFrom;
}

interface StartedFrom {
  folder: string;
  /** False: urls are by this checkout's settings, and may be others. */
  settingsKnown: boolean;
}

/** One line per service, then how the tracer works, what was left out, and why. */
export function renderStatus({
  services,
  tracer,
  store,
  remoteWrite,
  cilium,
  hubble,
  leftOut,
  startedFrom,
}: StatusReport): string {
  const table = renderTable([["SERVICE", "STATE", "HEALTH", "MEMORY", "URL"], ...services.map(row)]);
  const left = leftOut.map(describeLeftOut);
  const notes = [
    ...(startedFrom ? [describeOrigin(startedFrom)] : []),
    ...(tracer ? [describeTracer(tracer)] : []),
    ...(store ? [describeStore(store)] : []),
    ...(remoteWrite ? [describeRemoteWrite(remoteWrite)] : []),
    ...(cilium ? [describeCilium(cilium)] : []),
    ...(hubble ? [describeHubble(hubble)] : []),
    ...left,
    ...(services.every(({ state }) => state === "absent") ? ["Nothing is running; start it with npm start"] : []),
  ];
  return printable(`${[table, ...(notes.length > 0 ? ["", ...notes] : [])].join("\n")}\n`);
}

function describeOrigin({ folder, settingsKnown }: StartedFrom): string {
  if (settingsKnown) return `Started from ${folder}, with the settings used there`;
  return `Started from ${folder}, which did not record its settings; if these URLs are wrong, name the settings file with --config`;
}

const UDP_MODES = {
  functions: "counted in the kernel's UDP functions",
  cgroup: "counted at the root cgroup",
  off: "not counted",
} as const;

function describeTracer({ udp_mode, table_room: room, table_bytes, refused_runs }: TracerState): string {
  const [flows, closed, udp] = [room.flows, room.closed, room.udp].map((entries) => entries.toLocaleString("en"));
  const tables = `room for ${flows} open flows, ${closed} closed, ${udp} UDP`;
  const memory = `${(table_bytes / MEBIBYTE).toFixed(0)} MiB of kernel memory`;
  const refused = refused_runs > 0 ? `; program runs skipped by the kernel: ${refused_runs.toLocaleString("en")}` : "";
  return `flow-tracer: ${tables}, ${memory}; UDP ${UDP_MODES[udp_mode]}${refused}`;
}

function describeStore({ up, reason, waiting_bytes, dropped }: StoreState): string {
  const going = up === null ? "not written yet" : up ? "written" : `not written: ${reason}`;
  // The next batch is on disk for a moment also where all goes well.
  const mebibytes = Math.round(waiting_bytes / MEBIBYTE);
  const waiting = mebibytes > 0 ? `; ${mebibytes.toLocaleString("en")} MiB wait on disk` : "";
  const lost = dropped > 0 ? `; ${dropped.toLocaleString("en")} rows lost` : "";
  return `flow store: ${going}${waiting}${lost}`;
}

/** Of samples that wait for the next request, some are always seconds old. */
const USUAL_SECONDS = 30;

function describeRemoteWrite({ storage, behind_seconds, refused_recently }: RemoteWriteState): string {
  const behind =
    behind_seconds > USUAL_SECONDS ? `${Math.round(behind_seconds).toLocaleString("en")} s behind` : "up to date";
  const count = refused_recently.toLocaleString("en");
  const refused = refused_recently > 0 ? `; ${count} samples refused within five minutes, and lost` : "";
  return `remote write: to ${storage}, ${behind}${refused}`;
}

function describeHubble({ at, tls, up, reason }: HubbleState): string {
  const asked = tls ? `${at} by TLS` : at;
  if (up === false) return `hubble: clients are not answered at ${asked}: ${reason}`;
  return `hubble: ${up === null ? "clients will be" : "clients are"} answered at ${asked}`;
}

/** An operator or a relay that runs elsewhere is nothing to tell of each node; an agent is. */
function describeCilium({ nodes, answering, agentless }: CiliumState): string {
  const parts = Object.entries(answering).map(([job, count]) => `${job} ${count}`);
  const missing = agentless.map(({ node, reason }) => `; no agent answers on ${node}: ${reason}`);
  return `cilium: of ${nodes} ${nodes === 1 ? "node" : "nodes"} answer ${parts.join(", ")}${missing.join("")}`;
}

function row({ service, state, health, memory, url }: ServiceStatus): string[] {
  return [service, state, health, memory ? amount(memory) : "-", url ?? "-"];
}

function amount({ used, limit }: Memory): string {
  return `${(used / MEBIBYTE).toFixed(0)} of ${(limit / MEBIBYTE).toFixed(0)} MiB`;
}
