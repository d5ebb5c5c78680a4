import type { Row } from "./columns.ts";
import type { Machine, ProcessBefore, QueueSample, RecordedFlow, Sample, ThreadBefore } from "./recorded.ts";
import { createSampled, type Sampled } from "./sampled.ts";

/** All that was recorded of a job. */
export interface Recording {
  /** When the recording began, nanoseconds since boot. */
  startNs: number;
  flows: readonly RecordedFlow[];
  samples: readonly Sample[];
  queues: readonly QueueSample[];
  machine: Machine;
  /** Flows are bursts, which nothing comes between for as long; undefined: a flow is all of a connection. */
  gapNs?: number | undefined;
}

/** Why a flow is no row: nothing is known of how large it was. */
type LeftOutReason = "no bytes" | "began before the recording" | "had not ended";

export interface Rows {
  /** In the order in which the flows began. */
  rows: readonly Row[];
  leftOut: readonly { flow: RecordedFlow; reason: LeftOutReason }[];
}

/** What had been of a container's flows when one of them began. */
interface Earlier {
  previousStartNs: number | undefined;
  flows: number;
}

/** One row of each flow that was recorded whole, with what had been known before it began. */
export function rowsOf(recording: Recording): Rows {
  const { flows, startNs, samples, queues, machine } = recording;
  const inOrder = flows.toSorted((one, other) => one.startNs - other.startNs);
  const earlier = earlierOf(inOrder);
  const sampledOf = createSampled(samples, queues, machine);
  const sampled = new Map([...new Set(flows.map(({ containerId }) => containerId))].map((id) => [id, sampledOf(id)]));
  const leftOut = inOrder.flatMap((flow) => {
    const reason = whyLeftOut(flow, recording);
    return reason === undefined ? [] : [{ flow, reason }];
  });
  const without = new Set(leftOut.map(({ flow }) => flow));
  const rows = inOrder
    .filter((flow) => !without.has(flow))
    .map((flow, index) => ({
      index,
      ...ofFlow(flow, startNs),
      ...ofEarlier(flow, startNs, earlier.get(flow)),
      ...(sampled.get(flow.containerId) ?? sampledOf(flow.containerId))(knownUntil(flow)),
    }));
  return { rows, leftOut };
}

/** A call may read, and wait for a disk, before its first byte leaves: what is sampled meanwhile tells of what it sends. */
function knownUntil({ startNs, calledNs }: RecordedFlow): number {
  return Math.min(startNs, calledNs ?? startNs);
}

function whyLeftOut(flow: RecordedFlow, { startNs, gapNs }: Recording): LeftOutReason | undefined {
  if (flow.bytes <= 0) return "no bytes";
  // Of a connection that is older, a burst is whole if nothing had come for the gap before it, which must have been watched.
  const isWhole = flow.isWhole || (gapNs !== undefined && flow.startNs - startNs >= gapNs);
  if (!isWhole || flow.startNs < startNs) return "began before the recording";
  return flow.end === "recording" ? "had not ended" : undefined;
}

/** Those that are left out have begun too: a model that runs beside them would have seen it. */
function earlierOf(inOrder: readonly RecordedFlow[]): Map<RecordedFlow, Earlier> {
  const byContainer = new Map<string, Earlier>();
  return new Map(
    inOrder.map((flow) => {
      const before = byContainer.get(flow.containerId) ?? { previousStartNs: undefined, flows: 0 };
      byContainer.set(flow.containerId, { previousStartNs: flow.startNs, flows: before.flows + 1 });
      return [flow, before];
    }),
  );
}

function ofEarlier(
  flow: RecordedFlow,
  startNs: number,
  earlier: Earlier | undefined,
): Pick<Row, "previous_flow_time" | "flow_frequency"> {
  const { previousStartNs, flows } = earlier ?? { previousStartNs: undefined, flows: 0 };
  const elapsedNs = flow.startNs - startNs;
  return {
    previous_flow_time: previousStartNs === undefined ? undefined : seconds(flow.startNs - previousStartNs),
    flow_frequency: elapsedNs > 0 ? Math.round((flows / elapsedNs) * 1e15) / 1e6 : undefined,
  };
}

function ofFlow(
  flow: RecordedFlow,
  startNs: number,
): Omit<Row, keyof Sampled | "index" | "previous_flow_time" | "flow_frequency"> {
  return {
    time: seconds(flow.startNs - startNs),
    agg_net_out: flow.before.sentBytes,
    agg_net_in: flow.before.receivedBytes,
    agg_net_out_per_machine: flow.beforeWithPeer.sentBytes,
    agg_net_in_per_machine: flow.beforeWithPeer.receivedBytes,
    machine: flow.peer,
    first_call: flow.firstCallBytes,
    container: flow.container,
    destination_port: flow.destinationPort,
    source_port: flow.sourcePort,
    is_client: flow.isClient === undefined ? undefined : Number(flow.isClient),
    execution_time: flow.process && seconds(flow.startNs - flow.process.startNs),
    ...ofProcess(flow.process),
    ...ofThread(flow.thread),
    rtt_seconds: flow.rttSeconds > 0 ? flow.rttSeconds : undefined,
    flow_size: flow.bytes,
  };
}

function ofProcess(process: ProcessBefore | undefined) {
  return {
    process_cpu_seconds: process && seconds(process.cpuNs),
    process_disk_read: process?.readBytes,
    process_disk_write: process?.writtenBytes,
    process_minor_faults: process?.minorFaults,
    process_major_faults: process?.majorFaults,
    process_ram: process?.residentBytes,
  };
}

function ofThread(thread: ThreadBefore | undefined) {
  return {
    thread_cpu_seconds: thread && seconds(thread.cpuNs),
    thread_read_bytes: thread?.readCallBytes,
    thread_reads: thread?.readCalls,
    thread_voluntary_switches: thread?.voluntarySwitches,
    thread_involuntary_switches: thread?.involuntarySwitches,
  };
}

function seconds(ns: number): number {
  return ns / 1e9;
}
