import type {
  ContainerCounters,
  Machine,
  RecordedFlow,
  Sample,
} from "../../../../exporters/flow-exporter/dataset/recorded.ts";

export const WORKER = "a".repeat(64);
export const MASTER = "b".repeat(64);

export const MACHINE: Machine = {
  cpus: 2,
  memoryBytes: 8_000_000_000,
  pageBytes: 4_096,
  memoryLimits: new Map([[WORKER, 1_000_000_000]]),
};

/** A flow of the worker to the master which is whole. */
export function recorded(fields: Partial<RecordedFlow> = {}): RecordedFlow {
  return {
    containerId: WORKER,
    container: "worker",
    peer: "master",
    sourceAddress: "172.18.0.3",
    sourcePort: 40_000,
    destinationAddress: "172.18.0.2",
    destinationPort: 7_077,
    isClient: true,
    startNs: 0,
    calledNs: undefined,
    lastNs: fields.startNs ?? 0,
    bytes: 1_000,
    firstCallBytes: 600,
    calls: 2,
    before: { sentBytes: 0, receivedBytes: 0 },
    beforeWithPeer: { sentBytes: 0, receivedBytes: 0 },
    rttSeconds: 0,
    process: undefined,
    thread: undefined,
    end: "closed",
    isWhole: true,
    ...fields,
  };
}

/** A look at the counters that took 2 ms. */
export function sample(endedNs: number, containers: Record<string, Partial<ContainerCounters>> = {}): Sample {
  return {
    beganNs: endedNs - 2_000_000,
    endedNs,
    host: { busyNs: 0, memoryUsedBytes: 2_000_000_000, readBytes: 0, writtenBytes: 0 },
    containers: new Map(Object.entries(containers).map(([id, some]) => [id, counters(some)])),
  };
}

function counters(some: Partial<ContainerCounters>): ContainerCounters {
  return {
    cpuNs: 0,
    memoryBytes: 0,
    readBytes: undefined,
    writtenBytes: undefined,
    reads: undefined,
    writes: undefined,
    memoryReadBytes: undefined,
    memoryWrittenBytes: undefined,
    ...some,
  };
}
