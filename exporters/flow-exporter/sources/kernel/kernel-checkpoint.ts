import { z } from "zod";
import { Numbers } from "../../checkpoint/numbers.ts";
import { checked, type Participant } from "../../checkpoint/participant.ts";
import type { KernelSource, KernelState } from "./kernel-source.ts";
import { DecodeError } from "./rows/bytes.ts";
import { ClosedRows } from "./rows/closed-rows.ts";
import { CLOSED_ROW, UDP_ROW } from "./rows/layout.ts";
import { UdpRows } from "./rows/udp-rows.ts";
import type { Memory } from "./sockets/remembered.ts";

const NUMBERS_PER_SOCKET = 7;
const MAX_TAKEN = 1_000_000;
const OPENED = 1;
const CLIENT_SEEN = 2;
const ENDED = 4;

const amount = z.number().min(0);
const run = z.tuple([z.int(), z.int()]).refine(([first, last]) => last - first < MAX_TAKEN, "is too long");
const memories = z.array(amount).refine((all) => all.length % NUMBERS_PER_SOCKET === 0, "is cut off");

const losses = z.object({ live: amount, closed: amount, erased: amount.default(0), events: amount, udp: amount });
const seen = z.object({
  liveLost: amount,
  /** Left out by exporters that called it otherwise; whose tracer was of another build, too, and counted from 0. */
  tableFull: amount.default(0),
  closedLost: amount,
  closedErased: amount.default(0),
  missedEvents: amount,
  udpLost: amount,
});

const schema = z.object({
  losses: z.object({ total: losses, seen }),
  /** Left out by exporters that did not keep it. */
  unseenSeconds: amount.default(0),
  lastSign: z.object({ tracer: z.string(), aliveNs: amount, wallOffsetMs: z.number() }).optional(),
  closed: z.object({
    tracer: z.string(),
    taken: z.array(run),
    rows: z.base64(),
    /** Left out by exporters that did not count what others erase. */
    shown: amount.optional(),
    erased: amount.default(0),
  }),
  tcp: memories,
  udp: memories,
  /** Left out by exporters that did not keep it. */
  udpRows: z.base64().default(""),
});

/** What was read from the kernel, which means nothing after the next boot; and what was lost, which does. */
export function kernelParticipant(source: KernelSource): Participant {
  const numbers = { tcp: new Numbers(), udp: new Numbers() };
  return {
    save: () => encode(source.state, numbers),
    prepare: (file) => {
      const { closed, udpRows, tcp, udp, ...watch } = checked(schema, file);
      const ended = readable(closed.rows, (rows) => new ClosedRows(rows), CLOSED_ROW.size);
      const entries = readable(udpRows, (rows) => new UdpRows(rows), UDP_ROW.size);
      const state = {
        ...watch,
        closed: { ...closed, rows: ended.rows },
        tcp: memoriesOf(tcp),
        udp: memoriesOf(udp),
        udpRows: entries.rows,
      };
      const unreadable = { tcp: ended.unreadable, udp: entries.unreadable };
      return ({ sameBoot, nowNs }) => source.restore(state, unreadable, sameBoot, nowNs);
    },
  };
}

/** The file as the schema has it, with the memories in room that the next call uses again. */
function encode({ closed, tcp, udp, udpRows, ...watch }: KernelState, numbers: Record<"tcp" | "udp", Numbers>) {
  return {
    ...watch,
    closed: {
      ...closed,
      taken: closed.taken.map(([first, last]) => [first, last]),
      rows: Buffer.from(closed.rows).toString("base64"),
    },
    tcp: encodeMemories(tcp, numbers.tcp),
    udp: encodeMemories(udp, numbers.udp),
    udpRows: Buffer.from(udpRows).toString("base64"),
  };
}

/** Rows that an exporter of another version left, laid out in another way, are lost. */
function readable(base64: string, decode: (rows: Uint8Array) => unknown, rowBytes: number) {
  const rows = new Uint8Array(Buffer.from(base64, "base64"));
  try {
    decode(rows);
    return { rows, unreadable: 0 };
  } catch (error) {
    if (error instanceof DecodeError) return { rows: new Uint8Array(), unreadable: Math.ceil(rows.length / rowBytes) };
    throw error;
  }
}

function encodeMemories(memories: Iterable<Memory>, numbers: Numbers): Float64Array {
  numbers.clear();
  for (const { key, ports, startNs, counted } of memories) {
    const flags = (counted.opened ? OPENED : 0) + (counted.clientSeen ? CLIENT_SEEN : 0) + (counted.ended ? ENDED : 0);
    const { sentBytes, receivedBytes, retransmits } = counted;
    for (const number of [key, ports, startNs, sentBytes, receivedBytes, retransmits, flags]) numbers.add(number);
  }
  return numbers.all;
}

function memoriesOf(numbers: readonly number[]): Memory[] {
  return Array.from({ length: numbers.length / NUMBERS_PER_SOCKET }, (_, index) => {
    const at = index * NUMBERS_PER_SOCKET;
    const [key = 0, ports = 0, startNs = 0, sentBytes = 0, receivedBytes = 0, retransmits = 0, flags = 0] =
      numbers.slice(at, at + NUMBERS_PER_SOCKET);
    const counted = {
      sentBytes,
      receivedBytes,
      retransmits,
      opened: (flags & OPENED) !== 0,
      ended: (flags & ENDED) !== 0,
      clientSeen: (flags & CLIENT_SEEN) !== 0,
    };
    return { key, ports, startNs, counted };
  });
}
