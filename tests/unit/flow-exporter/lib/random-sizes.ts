import type { QueueSample, RecordedFlow, Sample } from "../../../../exporters/flow-exporter/dataset/recorded.ts";
import type { Recording } from "../../../../exporters/flow-exporter/dataset/rows.ts";
import { MACHINE, recorded, sample, WORKER } from "./recorded.ts";

const MS = 1_000_000;
const START = 1_000_000 * MS;
const INTERVAL = 50 * MS;
/** Of the link, and of the CPU for each byte that is sent. */
const NS_PER_BYTE = 10;

interface Sent {
  startNs: number;
  bytes: number;
  peer: string;
}

/** A job whose flows have sizes that were drawn at random, recorded as it should be: nothing before a flow tells its size. */
export function recordingOfRandomSizes(count: number, seed = 1): Recording {
  const random = generator(seed);
  const sent = flowsAtRandom(count, random);
  const endNs = (sent.at(-1)?.startNs ?? START) + 1_000 * MS;
  const moments = Array.from(
    { length: Math.floor((endNs - START) / INTERVAL) },
    (_, at) => START + (at + 1) * INTERVAL,
  );
  return {
    startNs: START,
    machine: MACHINE,
    flows: sent.map((flow, place) => recordedOf(sent, flow, place)),
    samples: samplesAt(moments, sent, random),
    queues: moments.map((atNs) => queueAt(sent, atNs)),
  };
}

function flowsAtRandom(count: number, random: () => number): Sent[] {
  let startNs = START;
  return Array.from({ length: count }, () => {
    startNs += Math.ceil((10 + 200 * random()) * MS);
    return { startNs, bytes: Math.ceil(1_000 * 10 ** (4 * random())), peer: random() < 0.5 ? "one" : "two" };
  });
}

function recordedOf(all: readonly Sent[], { startNs, bytes, peer }: Sent, place: number): RecordedFlow {
  const toPeer = all.filter((flow) => flow.peer === peer);
  const received = 300 * place;
  return recorded({
    startNs,
    calledNs: undefined,
    lastNs: startNs + bytes * NS_PER_BYTE,
    bytes,
    firstCallBytes: Math.min(bytes, 65_536),
    peer,
    destinationAddress: peer,
    sourcePort: 32_768 + place,
    before: { sentBytes: sentBefore(all, startNs), receivedBytes: received },
    beforeWithPeer: { sentBytes: sentBefore(toPeer, startNs), receivedBytes: received },
    process: {
      pid: 1,
      comm: "worker",
      startNs: START - MS,
      cpuNs: sentBefore(all, startNs) * NS_PER_BYTE,
      readBytes: 0,
      writtenBytes: 0,
      minorFaults: 100 + place,
      majorFaults: 0,
      residentBytes: 50_000_000,
    },
  });
}

function samplesAt(moments: readonly number[], sent: readonly Sent[], random: () => number): Sample[] {
  let workNs = 0;
  let writtenBytes = 0;
  return moments.map((endedNs) => {
    workNs += 5 * MS * random();
    writtenBytes += 4_096 * Math.floor(3 * random());
    const cpuNs = workNs + sentBefore(sent, endedNs) * NS_PER_BYTE;
    return sample(endedNs, { [WORKER]: { cpuNs, writtenBytes, memoryBytes: 1e8 + 1e7 * random() } });
  });
}

function queueAt(sent: readonly Sent[], atNs: number): QueueSample {
  const begun = sent.filter(({ startNs }) => startNs < atNs).reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    atNs,
    containerId: WORKER,
    queuedBytes: begun - sentBefore(sent, atNs),
    memoryReadBytes: undefined,
    memoryWrittenBytes: undefined,
  };
}

/** Each flow sends evenly. */
function sentBefore(sent: readonly Sent[], ns: number): number {
  return sent.reduce(
    (sum, { startNs, bytes }) => sum + Math.min(bytes, Math.max(0, Math.floor((ns - startNs) / NS_PER_BYTE))),
    0,
  );
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
