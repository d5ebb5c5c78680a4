import { getSystemErrorName } from "node:util";
import type { FlowRecord, ObservedFlow } from "../../model/flow-record.ts";
import type { HubbleL7 } from "../../model/hubble-flow.ts";
import type { FlowWork, Work } from "../../model/work.ts";
import type { View } from "../view.ts";
import type * as answers from "./answers.ts";
import { nodeOf } from "./endpoint-id.ts";
import { OWN_ORIGIN } from "./observed/seen-edges.ts";

/** When a flow began and ended, milliseconds since 1970, as boot's are; undefined: older than the tracer, or open. */
export function timesOf(
  { startNs, endNs }: FlowRecord,
  bootMs: number,
): { startMs: number | undefined; endMs: number | undefined } {
  const at = (ns: number) => (ns === 0 ? undefined : bootMs + ns / 1e6);
  return { startMs: at(startNs), endMs: at(endNs) };
}

/** A flow as JSON; bytes, state and process from the client's side where its socket is seen. */
export function flowJson(flow: FlowRecord, bootMs: number, view: Pick<View, "node">): answers.Flow {
  const { edge, work } = flow;
  const { startMs, endMs } = timesOf(flow, bootMs);
  return {
    source: edge.source.name,
    destination: edge.destination.name,
    source_node: nodeOf(edge.source, view),
    destination_node: nodeOf(edge.destination, view),
    halves: flow.seen,
    destination_port: edge.destinationPort,
    protocol: edge.protocol,
    source_address: flow.sourceAddress,
    source_port: flow.sourcePort,
    destination_address: flow.destinationAddress,
    destination_address_port: flow.destinationAddressPort,
    sent_bytes: flow.sentBytes,
    received_bytes: flow.receivedBytes,
    retransmits: flow.retransmits,
    rtt_seconds: flow.rttSeconds,
    state: flow.state,
    failed: flow.failed,
    error: errorOf(flow.errno),
    start: dateOf(startMs),
    end: dateOf(endMs),
    pid: flow.pid,
    comm: flow.comm,
    work: work ? workJson(work) : null,
    origin: flow.observed?.origin ?? OWN_ORIGIN,
    observed: flow.observed ? observedJson(flow.observed) : null,
  };
}

function observedJson(observed: ObservedFlow): NonNullable<answers.Flow["observed"]> {
  const { verdict, dropReason, node, isReply, events, replies, l7 } = observed;
  const known = { verdict, drop_reason: dropReason, node, is_reply: isReply ?? null };
  return { ...known, events, replies, l7: l7 ? l7Json(l7) : null };
}

function l7Json({ type, latencyNs, http, dns }: HubbleL7): answers.L7 {
  return {
    type,
    latency_seconds: latencyNs > 0 ? latencyNs / 1e9 : null,
    http: http ? { code: http.code, method: http.method, url: http.url, protocol: http.protocol } : null,
    dns: dns ? dnsJson(dns) : null,
  };
}

function dnsJson({ query, rcode, ips, cnames, qtypes, rrtypes, ttl }: NonNullable<HubbleL7["dns"]>) {
  const lists = { ips: [...ips], cnames: [...cnames], qtypes: [...qtypes], rrtypes: [...rrtypes] };
  return { query, rcode, ttl, ...lists };
}

/** The name of an errno; null: there was none. */
export function errorOf(errno: number): string | null {
  return errno === 0 ? null : getSystemErrorName(-errno);
}

export function dateOf(ms: number | undefined): string | null {
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
