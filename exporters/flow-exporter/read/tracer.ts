import path from "node:path";
import { PinReader } from "./pin-reader.ts";

/** What the kernel hands over, as bytes. Each answer is valid until the next call; only one reader at a time. */
export interface Tracer {
  status(): Uint8Array;
  /** Gives sockets older than the tracer their owner. */
  backfillOwners(): void;
  processes(): Uint8Array;
  /** Every TCP socket as of now. */
  flows(): Uint8Array;
}

/** The tracer whose iterators are pinned in folder `pins`. Every call throws the system's error when a pin is gone. */
export function createTracer(pins: string): Tracer {
  const reader = new PinReader();
  const read = (pin: string) => reader.read(path.join(pins, pin));
  return {
    status: () => read("status"),
    backfillOwners: () => void read("owners"),
    processes: () => read("processes"),
    flows: () => {
      read("snapshot");
      return read("live");
    },
  };
}
