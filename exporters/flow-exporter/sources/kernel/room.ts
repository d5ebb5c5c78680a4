/** What a socket and its flow take of the heap, IPv6 addresses among it: 800 to 1,200 and 1,900 bytes were measured. */
const BYTES = { tcp: 1_300, udp: 2_000 };
/** The rest is for what has ended, answers, the state as text, and garbage. */
const SHARE = 0.55;
const FULL = 0.9;

export type BySocket = Readonly<Record<keyof typeof BYTES, number>>;

/** Memory for open sockets. */
export interface Room {
  readonly bytes: number;
  /** Whether the heap is so full that nothing new is to be taken in, whatever their number. */
  isTight(): boolean;
}

/** The part of a heap that is for sockets; `used`: bytes of it in use now. */
export function roomIn(heapBytes: number, used: () => number): Room {
  return { bytes: heapBytes * SHARE, isTight: () => used() > heapBytes * FULL };
}

/**
 * How many more of each protocol there is room for. UDP comes first, with as many as want a place: a TCP socket that is
 * left out is counted as it ends, of UDP nothing reports the end. But a quarter is kept for either.
 */
export function placesFor(bytes: number, kept: BySocket, udpWanted: number): BySocket {
  const used = { tcp: kept.tcp * BYTES.tcp, udp: kept.udp * BYTES.udp };
  const free = bytes - used.tcp - used.udp;
  const quarter = bytes / 4;
  const forUdp = udpWanted === 0 ? 0 : Math.min(Math.max(udpWanted * BYTES.udp, quarter), bytes - quarter);
  return {
    tcp: Math.floor(Math.min(free, bytes - forUdp - used.tcp) / BYTES.tcp),
    udp: Math.floor(Math.min(free, bytes - quarter - used.udp) / BYTES.udp),
  };
}
