import type { Row } from "./columns.ts";
import { growth, lastBefore } from "./growth.ts";
import type { ContainerCounters, HostCounters, Machine, QueueSample, Sample } from "./recorded.ts";

type OfContainer = Pick<
  Row,
  "cpu" | "ram" | "disk_write" | "disk_read" | "number_of_disk_reads" | "number_of_disk_writes"
>;
type OfMemory = Pick<Row, "memory_read" | "memory_write">;
type OfHost = Pick<Row, "host_cpu" | "host_ram" | "host_disk_read" | "host_disk_write">;
type OfQueue = Pick<Row, "tcp_queue">;

/** Columns that come from samples. */
export type Sampled = OfContainer & OfMemory & OfHost & OfQueue;

/** Answers with what had been read whole before a moment, nanoseconds since boot. */
type Before<Columns> = (ns: number) => Columns;

interface Reading<Counters> {
  endedNs: number;
  counters: Counters;
}

/** Says of a container, and of the machine, what had been read before a moment. */
export function createSampled(
  samples: readonly Sample[],
  queues: readonly QueueSample[],
  machine: Machine,
): (containerId: string) => Before<Sampled> {
  const inOrder = samples.toSorted((one, other) => one.endedNs - other.endedNs);
  const queuesInOrder = queues.toSorted((one, other) => one.atNs - other.atNs);
  // Where the cache's misses are counted, page faults are no part of the columns: the two are not of one kind.
  const countsMisses = queues.some(({ memoryReadBytes }) => memoryReadBytes !== undefined);
  const host = hostBefore(
    inOrder.map(({ endedNs, host: counters }) => ({ endedNs, counters })),
    machine,
  );
  return (containerId) => {
    const readings = inOrder.flatMap(({ endedNs, containers }) => {
      const counters = containers.get(containerId);
      return counters ? [{ endedNs, counters }] : [];
    });
    const told = queuesInOrder
      .filter((queue) => queue.containerId === containerId)
      .map((counters) => ({ endedNs: counters.atNs, counters }));
    const container = containerBefore(readings, machine, machine.memoryLimits.get(containerId));
    const memory = memoryBefore(countsMisses ? told : readings);
    const queue = queueBefore(told);
    return (ns) => ({ ...container(ns), ...memory(ns), ...queue(ns), ...host(ns) });
  };
}

function containerBefore(
  readings: readonly Reading<ContainerCounters>[],
  { cpus, memoryBytes }: Machine,
  limitBytes = memoryBytes,
): Before<OfContainer> {
  const { last, grown } = columnsOf(readings);
  const cpu = shareOfCpus(
    readings,
    grown(({ cpuNs }) => cpuNs),
    cpus,
  );
  const written = grown(({ writtenBytes }) => writtenBytes);
  const read = grown(({ readBytes }) => readBytes);
  const writes = grown((counters) => counters.writes);
  const reads = grown((counters) => counters.reads);
  return (ns) => {
    const at = last(ns);
    return {
      cpu: cpu(at),
      ram: fraction(readings[at]?.counters.memoryBytes, limitBytes),
      disk_write: written[at],
      disk_read: read[at],
      number_of_disk_reads: reads[at],
      number_of_disk_writes: writes[at],
    };
  };
}

function memoryBefore(
  readings: readonly Reading<Pick<ContainerCounters, "memoryReadBytes" | "memoryWrittenBytes">>[],
): Before<OfMemory> {
  const { last, grown } = columnsOf(readings);
  const read = grown(({ memoryReadBytes }) => memoryReadBytes);
  const written = grown(({ memoryWrittenBytes }) => memoryWrittenBytes);
  return (ns) => ({ memory_read: read[last(ns)], memory_write: written[last(ns)] });
}

function queueBefore(readings: readonly Reading<QueueSample>[]): Before<OfQueue> {
  const { last } = columnsOf(readings);
  return (ns) => ({ tcp_queue: readings[last(ns)]?.counters.queuedBytes });
}

function hostBefore(readings: readonly Reading<HostCounters>[], { cpus, memoryBytes }: Machine): Before<OfHost> {
  const { last, grown } = columnsOf(readings);
  const cpu = shareOfCpus(
    readings,
    grown(({ busyNs }) => busyNs),
    cpus,
  );
  const read = grown(({ readBytes }) => readBytes);
  const written = grown(({ writtenBytes }) => writtenBytes);
  return (ns) => {
    const at = last(ns);
    return {
      host_cpu: cpu(at),
      host_ram: fraction(readings[at]?.counters.memoryUsedBytes, memoryBytes),
      host_disk_read: read[at],
      host_disk_write: written[at],
    };
  };
}

/** Finds the last reading before a moment, and makes a column of what a counter has grown by. */
function columnsOf<Counters>(readings: readonly Reading<Counters>[]) {
  const moments = readings.map(({ endedNs }) => endedNs);
  return {
    last: (ns: number) => lastBefore(moments, ns),
    grown: (counter: (counters: Counters) => number | undefined) =>
      growth(readings.map(({ counters }) => counter(counters))),
  };
}

/** How much of all CPUs was used between a reading and the one before it. */
function shareOfCpus(
  readings: readonly Reading<unknown>[],
  usedNs: readonly (number | undefined)[],
  cpus: number,
): (at: number) => number | undefined {
  return (at) => {
    const [from, to] = [usedNs[at - 1], usedNs[at]];
    if (from === undefined || to === undefined) return undefined;
    const intervalNs = (readings[at]?.endedNs ?? 0) - (readings[at - 1]?.endedNs ?? 0);
    // A counter is read some moments before its sample ends: over a short interval it can seem to be more than all.
    const share = fraction(to - from, intervalNs * cpus);
    return share === undefined ? undefined : Math.min(share, 1);
  };
}

/** To a millionth: what is beyond is noise. */
function fraction(part: number | undefined, whole: number): number | undefined {
  return part === undefined || !(whole > 0) ? undefined : Math.round((part / whole) * 1e6) / 1e6;
}
