import { getSystemErrorName } from "node:util";
import { type Edge, type Flow, hasFailed, lifeOf, nearSide, openSide } from "../../join/flow.ts";
import { isDockerDns } from "../../join/remote.ts";
import { type Side, stateOf } from "../../join/side.ts";
import type { FlowWork, Work } from "../../join/work.ts";
import type { View } from "../view.ts";
import type * as answers from "./answers.ts";

/** A flow that can be told: it is known whose its sockets are. */
export interface KnownFlow {
  flow: Flow;
  edge: Edge;
  side: Side;
}

/** Undefined while a flow waits for its owners, and where another flow tells of the same. */
export function known(flow: Flow): KnownFlow | undefined {
  const side = nearSide(flow);
  return flow.edge && !flow.edge.relay && side ? { flow, edge: flow.edge, side } : undefined;
}

/** TCP's state in the kernel's words; UDP has none, and is OPEN until it is idle. */
export function stateName({ flow, edge, side }: KnownFlow): string {
  if (edge.protocol === "tcp") return stateOf(side);
  return openSide(flow) ? "OPEN" : "CLOSE";
}

/** When a flow began and ended, milliseconds since 1970, as boot's are; undefined: older than the tracer, or open. */
export function timesOf(flow: Flow, bootMs: number): { startMs: number | undefined; endMs: number | undefined } {
  const { startNs, endNs } = lifeOf(flow);
  const at = (ns: number) => (ns === 0 ? undefined : bootMs + ns / 1e6);
  return { startMs: at(startNs), endMs: at(endNs) };
}

/** A flow as JSON; bytes, state and process from the client's side where its socket is seen. */
export function flowJson(one: KnownFlow, view: View, bootMs: number): answers.Flow {
  const { flow, edge, side } = one;
  const { startMs, endMs } = timesOf(flow, bootMs);
  const work = view.workOf(flow);
  return {
    source: edge.source.name,
    destination: edge.destination.name,
    destination_port: edge.destinationPort,
    protocol: edge.protocol,
    ...addressesOf(one),
    sent_bytes: flow.counted.sentBytes,
    received_bytes: flow.counted.receivedBytes,
    retransmits: flow.counted.retransmits,
    rtt_seconds: side.rttMicroseconds / 1e6,
    state: stateName(one),
    failed: hasFailed(flow),
    error: side.error === 0 ? null : getSystemErrorName(-side.error),
    start: dateOf(startMs),
    end: dateOf(endMs),
    pid: side.row.pid,
    comm: side.row.comm,
    work: work ? workJson(work) : null,
  };
}

/** From the client's side, whichever socket is seen. Docker's resolver listens at another port than it is asked at. */
function addressesOf({ flow: { client }, edge, side: { row } }: KnownFlow) {
  const near = { address: row.sourceAddress, port: row.sourcePort };
  const far = { address: row.destinationAddress, port: row.destinationPort };
  const [source, destination] = client?.row === row ? [near, far] : [far, near];
  return {
    source_address: source.address,
    source_port: source.port,
    destination_address: destination.address,
    destination_address_port: isDockerDns(destination.address) ? edge.destinationPort : destination.port,
  };
}

function dateOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

function workJson({ pid, comm, before, during }: FlowWork): answers.FlowWork {
  return { pid, comm, before: amountsJson(before), during: amountsJson(during) };
}

function amountsJson(work: Work): answers.Work {
  return {
    cpu_seconds: work.cpuSeconds,
    read_bytes: work.readBytes,
    written_bytes: work.writtenBytes,
    minor_faults: work.minorFaults,
    major_faults: work.majorFaults,
    resident_bytes: work.residentBytes,
  };
}
