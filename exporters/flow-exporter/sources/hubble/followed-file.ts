import { constants, fstatSync, openSync, type Stats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { SourceFault } from "./faults.ts";
import { Lines } from "./lines.ts";

/** A file is looked at so often: a mounted folder's changes are not always told of. */
const LOOK_MS = 250;
const PIECE_BYTES = 256 * 1024;
/** Longer than any event with all its labels and headers. */
const MAX_LINE_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

export interface LineListener {
  onOpen(): void;
  onLine(line: string): void;
  onTooLong(): void;
}

/**
 * Follows a file's lines as they are written: from its end on, or from its start; a file that is cut off is read from its start
 * again. Of a FIFO, what its writers write. Returns when another file has its name, or `signal` says so.
 * @throws SourceFault
 */
export async function followFile(
  path: string,
  from: "start" | "end",
  listener: LineListener,
  signal: AbortSignal,
): Promise<void> {
  const lines = new Lines(MAX_LINE_BYTES, listener.onLine, listener.onTooLong);
  const stats = await stat(path).catch(throwFault);
  if (stats.isFIFO()) return followFifo(path, lines, listener, signal);
  if (stats.isDirectory()) throw new SourceFault("unreadable", "it is a folder");
  const file = await open(path).catch(throwFault);
  try {
    const { size } = await file.stat().catch(throwFault);
    listener.onOpen();
    await new Follower(path, file, lines, signal).follow(from === "end" ? size : 0);
  } finally {
    await file.close();
  }
}

/** Without the call and the path, which is not as the user knows it: the source's name says which file it is. */
function throwFault(error: NodeJS.ErrnoException): never {
  const reason = error.message.replace(/, \w+ '.*'$/, "");
  throw new SourceFault(error.code === "ENOENT" ? "no_file" : "unreadable", reason);
}

/** With a writer of our own, who never writes, it has no end when the last other one goes, and none gets a broken pipe meanwhile. */
function openFifo(path: string): number {
  for (const how of [constants.O_RDWR, constants.O_RDONLY]) {
    try {
      return openSync(path, how | constants.O_NONBLOCK);
    } catch (error) {
      if (how === constants.O_RDONLY) throwFault(error as NodeJS.ErrnoException);
    }
  }
  throw new SourceFault("unreadable", path);
}

class Follower {
  readonly #path: string;
  readonly #lines: Lines;
  readonly #signal: AbortSignal;
  readonly #piece = Buffer.allocUnsafe(PIECE_BYTES);
  readonly #file: FileHandle;
  #offset = 0;

  constructor(path: string, file: FileHandle, lines: Lines, signal: AbortSignal) {
    this.#path = path;
    this.#file = file;
    this.#lines = lines;
    this.#signal = signal;
  }

  async follow(from: number): Promise<void> {
    await this.#begin(from);
    while (!this.#signal.aborted) {
      await this.#readAll();
      const own = await this.#file.stat().catch(throwFault);
      const there = await this.#statPath();
      if (!isSame(own, there)) {
        // What was written before it made way.
        await this.#readAll();
        return;
      }
      if (own.size < this.#offset) await this.#begin(0);
      await sleep(LOOK_MS, undefined, { signal: this.#signal }).catch(() => {});
    }
  }

  /** In the middle of a line there is nothing to read until the next one. */
  async #begin(from: number): Promise<void> {
    this.#offset = from;
    const before = from > 0 ? await this.#read(1, from - 1) : undefined;
    this.#lines.reset(before !== undefined && this.#piece[0] !== NEWLINE);
  }

  async #readAll(): Promise<void> {
    while (!this.#signal.aborted) {
      const { bytesRead } = await this.#read(PIECE_BYTES, this.#offset);
      if (bytesRead === 0) return;
      this.#offset += bytesRead;
      this.#lines.add(this.#piece.subarray(0, bytesRead));
    }
  }

  #read(bytes: number, position: number) {
    return this.#file.read(this.#piece, 0, bytes, position).catch(throwFault);
  }

  async #statPath(): Promise<Stats | undefined> {
    return stat(this.#path).catch(() => undefined);
  }
}

/** One that is gone is followed until another is there: who rotates it may still write. */
function isSame(own: Stats, there: Stats | undefined): boolean {
  return there === undefined || (there.ino === own.ino && there.dev === own.dev);
}

/** Returns once all writers have closed it, or another one has its name: who opens that writes to nobody. */
async function followFifo(path: string, lines: Lines, { onOpen }: LineListener, signal: AbortSignal): Promise<void> {
  const fd = openFifo(path);
  const own = fstatSync(fd);
  const socket = new Socket({ fd, readable: true, writable: false });
  onOpen();
  const isOver = new Promise<void>((resolve, reject) => {
    const stop = () => socket.destroy();
    signal.addEventListener("abort", stop, { once: true });
    socket.on("data", (piece: Buffer) => lines.add(piece));
    socket.on("error", (error) => reject(new SourceFault("unreadable", error.message)));
    socket.on("close", () => {
      signal.removeEventListener("abort", stop);
      resolve();
    });
    if (signal.aborted) stop();
  });
  const look = setInterval(async () => {
    const there = await stat(path).catch(() => undefined);
    if (!isSame(own, there)) socket.destroy();
  }, LOOK_MS);
  return isOver.finally(() => clearInterval(look));
}
