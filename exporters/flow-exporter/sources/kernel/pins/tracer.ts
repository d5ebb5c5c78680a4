import { statSync } from "node:fs";
import path from "node:path";
import { PinReader } from "./pin-reader.ts";

/**
 * What the kernel hands over, as bytes; only one reader at a time. Closed flows are valid until they are asked for
 * again, every other answer until the next call. Every call throws the system's error when its pin is gone.
 */
export interface Tracer {
  /** Changes when a tracer starts anew; what it numbers starts over then. */
  identity(): string;
  /** When the one that can be read now started, milliseconds since 1970. */
  startedMs(): number;
  status(): Uint8Array;
  /** Gives sockets older than the tracer their owner. */
  backfillOwners(): void;
  processes(): Uint8Array;
  /** Every control group that is there, or was there a while ago. */
  cgroups(): Uint8Array;
  /** Every TCP flow that has closed and is not acknowledged. */
  closed(): Uint8Array;
  /** Frees the closed flows that the last complete read showed. */
  acknowledgeClosed(): void;
  /** Takes down every TCP socket as of now. */
  snapshot(): void;
  /** What the last snapshot took down. */
  live(): Uint8Array;
  udp(): Uint8Array;
  /** Lets the kernel free those entries of UDP that are idle and that the last complete read showed as they are. */
  acknowledgeUdp(): void;
  /** Every BPF program on the host. */
  programs(): Uint8Array;
}

/** What helps against others who read. */
export const ONE_READER = "let one exporter read them (fuser -v on the pins names who does)";

/**
 * In millions, each up to 0.7 s. Processes that share one table of descriptors have each of them looked through: a container
 * of 4,000 such processes took 55 s, in which nothing else was read. What is not reached keeps the owner its cgroup names.
 */
const MAX_DESCRIPTORS = 3;

/** The tracer whose iterators are pinned in folder `pins`. */
export function createTracer(pins: string): Tracer {
  const small = new PinReader();
  const closed = new PinReader();
  const live = new PinReader();
  const pin = (name: string) => path.join(pins, name);
  return {
    identity: () => {
      const { ino, mtimeNs } = statSync(pin("closed"), { bigint: true });
      return `${ino}-${mtimeNs}`;
    },
    startedMs: () => statSync(pin("closed")).mtimeMs,
    status: () => small.read(pin("status")),
    backfillOwners: () => void small.read(pin("owners"), MAX_DESCRIPTORS),
    processes: () => small.read(pin("processes")),
    cgroups: () => small.read(pin("cgroups")),
    closed: () => closed.read(pin("closed")),
    acknowledgeClosed: () => void small.read(pin("closed_ack")),
    snapshot: () => void small.read(pin("snapshot")),
    live: () => live.read(pin("live")),
    udp: () => live.read(pin("udp")),
    acknowledgeUdp: () => void small.read(pin("udp_ack")),
    programs: () => small.read(pin("programs")),
  };
}
