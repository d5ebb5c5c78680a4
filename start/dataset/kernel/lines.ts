import type { FlowEnd, QueueSample, RecordedFlow } from "../../../exporters/flow-exporter/dataset/recorded.ts";

/** A flow as the kernel knows it, which has no names. */
export type KernelFlow = Omit<RecordedFlow, "container" | "peer">;

/** What the kernel part tells, a line each. */
export type KernelLine =
  | {
      kind: "ready";
      atNs: number;
      firstCall: "tracepoint" | "queue";
      memory: "llc" | "faults" | "none";
      notes: string[];
    }
  | { kind: "attached"; atNs: number; containerId: string }
  | { kind: "gone"; atNs: number; containerId: string }
  | { kind: "flow"; flow: KernelFlow }
  | { kind: "queue"; queue: QueueSample }
  | { kind: "end"; atNs: number; flows: number; lost: number; openFlows: number };

type Fields = Readonly<Record<string, unknown>>;

const ENDS: readonly FlowEnd[] = ["closed", "gap", "recording"];

/** @throws Error saying what about the line cannot be understood. */
export function decodeKernelLine(line: string): KernelLine {
  const fields = objectIn(parse(line), "the line");
  const atNs = () => whole(fields, "atNs");
  switch (fields.kind) {
    case "ready":
      return {
        kind: "ready",
        atNs: atNs(),
        firstCall: oneOf(fields, "firstCall", ["tracepoint", "queue"]),
        memory: oneOf(fields, "memory", ["llc", "faults", "none"]),
        notes: texts(fields, "notes"),
      };
    case "attached":
    case "gone":
      return { kind: fields.kind, atNs: atNs(), containerId: text(fields, "containerId") };
    case "flow":
      return { kind: "flow", flow: flowOf(fields) };
    case "queue":
      return { kind: "queue", queue: queueOf(fields) };
    case "end":
      return {
        kind: "end",
        atNs: atNs(),
        flows: whole(fields, "flows"),
        lost: whole(fields, "lost"),
        openFlows: whole(fields, "openFlows"),
      };
    default:
      throw new Error("its kind is none of those that are known");
  }
}

function flowOf(fields: Fields): KernelFlow {
  return {
    containerId: text(fields, "containerId"),
    sourceAddress: text(fields, "sourceAddress"),
    sourcePort: whole(fields, "sourcePort"),
    destinationAddress: text(fields, "destinationAddress"),
    destinationPort: whole(fields, "destinationPort"),
    isClient: fields.isClient === undefined ? undefined : truth(fields, "isClient"),
    startNs: whole(fields, "startNs"),
    calledNs: maybe(fields, "calledNs", whole),
    lastNs: whole(fields, "lastNs"),
    bytes: whole(fields, "bytes"),
    firstCallBytes: maybe(fields, "firstCallBytes", whole),
    calls: maybe(fields, "calls", whole),
    before: traffic(fields, "before"),
    beforeWithPeer: traffic(fields, "beforeWithPeer"),
    rttSeconds: maybe(fields, "rttSeconds", amount) ?? 0,
    process: maybe(fields, "process", processOf),
    thread: maybe(fields, "thread", threadOf),
    end: oneOf(fields, "end", ENDS),
    isWhole: truth(fields, "isWhole"),
  };
}

function traffic(fields: Fields, name: string): RecordedFlow["before"] {
  const of = objectIn(fields[name], name);
  return { sentBytes: whole(of, "sentBytes"), receivedBytes: whole(of, "receivedBytes") };
}

function processOf(fields: Fields, name: string): NonNullable<RecordedFlow["process"]> {
  const of = objectIn(fields[name], name);
  return {
    pid: whole(of, "pid"),
    comm: text(of, "comm"),
    startNs: whole(of, "startNs"),
    cpuNs: whole(of, "cpuNs"),
    readBytes: whole(of, "readBytes"),
    writtenBytes: whole(of, "writtenBytes"),
    minorFaults: whole(of, "minorFaults"),
    majorFaults: whole(of, "majorFaults"),
    residentBytes: whole(of, "residentBytes"),
  };
}

function threadOf(fields: Fields, name: string): NonNullable<RecordedFlow["thread"]> {
  const of = objectIn(fields[name], name);
  return {
    cpuNs: whole(of, "cpuNs"),
    readCallBytes: maybe(of, "readCallBytes", whole),
    readCalls: maybe(of, "readCalls", whole),
    voluntarySwitches: whole(of, "voluntarySwitches"),
    involuntarySwitches: whole(of, "involuntarySwitches"),
  };
}

function queueOf(fields: Fields): QueueSample {
  return {
    atNs: whole(fields, "atNs"),
    containerId: text(fields, "containerId"),
    queuedBytes: whole(fields, "queuedBytes"),
    memoryReadBytes: maybe(fields, "memoryReadBytes", whole),
    memoryWrittenBytes: maybe(fields, "memoryWrittenBytes", whole),
  };
}

function maybe<T>(fields: Fields, name: string, read: (fields: Fields, name: string) => T): T | undefined {
  return fields[name] === undefined || fields[name] === null ? undefined : read(fields, name);
}

function whole(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`its ${name} is no whole number`);
}

function amount(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === "number" && value >= 0) return value;
  throw new Error(`its ${name} is no number`);
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === "string") return value;
  throw new Error(`its ${name} is no text`);
}

function texts(fields: Fields, name: string): string[] {
  const value = fields[name] ?? [];
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value;
  throw new Error(`its ${name} are no texts`);
}

function truth(fields: Fields, name: string): boolean {
  const value = fields[name];
  if (typeof value === "boolean") return value;
  throw new Error(`its ${name} is neither true nor false`);
}

function oneOf<const Word extends string>(fields: Fields, name: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === fields[name]);
  if (found !== undefined) return found;
  throw new Error(`its ${name} is none of ${words.join(", ")}`);
}

function objectIn(value: unknown, name: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new Error(`${name} is no object`);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new Error("it is not JSON");
  }
}
