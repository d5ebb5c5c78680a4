import { closeSync, constants, fsyncSync, mkdirSync, openSync, writeSync } from "node:fs";
import path from "node:path";

/** Makes a file that is not there yet, of blanks: it keeps room for what is written over them. @throws the system's error */
export function keepRoom(file: string, bytes: number): void {
  const descriptor = openSync(file, "wx");
  try {
    const blanks = Buffer.alloc(bytes, " ");
    for (let done = 0; done < bytes; ) done += writeSync(descriptor, blanks, done);
    // Some file systems look for room only once they must write.
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Opens it to be written over; where somebody has removed it meanwhile, it is made again. @throws the system's error */
export function openKept(file: string): number {
  mkdirSync(path.dirname(file), { recursive: true });
  return openSync(file, constants.O_RDWR | constants.O_CREAT);
}
