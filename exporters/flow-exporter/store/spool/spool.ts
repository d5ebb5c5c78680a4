import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { AddressHolder, TransactionHalf } from "../../model/transaction.ts";
import { entryName, type Named, parseName } from "./names.ts";

/** What is written at once. */
export interface Entry {
  halves: readonly TransactionHalf[];
  holders: readonly AddressHolder[];
}

interface Kept extends Named {
  bytes: number;
}

/** What a spool may hold. Small entries cost files and memory rather than bytes. */
export interface SpoolBounds {
  maxBytes: number;
  maxEntries: number;
}

/** Entries in files, one for each, in the order in which they came; within bounds. */
export class Spool {
  /** Rows that had no room, or that the disk did not take or has lost. */
  dropped = 0;
  readonly #folder: string;
  readonly #bounds: SpoolBounds;
  readonly #kept: Kept[];
  #bytes: number;

  private constructor(folder: string, bounds: SpoolBounds, kept: Kept[]) {
    this.#folder = folder;
    this.#bounds = bounds;
    this.#kept = kept;
    this.#bytes = kept.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Goes on with what an earlier process has left in the folder, which is made. Rejects with the system's error. */
  static async open(folder: string, bounds: SpoolBounds): Promise<Spool> {
    await mkdir(folder, { recursive: true });
    const names = (await readdir(folder)).sort().flatMap((name) => parseName(name) ?? []);
    const kept: Kept[] = [];
    // One after the other: all at once, thousands of files would wait for the disk in this process's memory.
    for (const one of names) kept.push({ ...one, bytes: await sizeOf(path.join(folder, one.name)) });
    const spool = new Spool(folder, bounds, kept);
    await spool.#makeRoom({ entries: 0, bytes: 0 });
    return spool;
  }

  /** Entries that wait. */
  get size(): number {
    return this.#kept.length;
  }

  /** Bytes of those. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Keeps an entry; older ones make room for it. What has no room even so, or fails, is counted. Never rejects. */
  async add(entry: Entry): Promise<void> {
    const text = JSON.stringify(entry);
    const bytes = Buffer.byteLength(text);
    const rows = entry.halves.length + entry.holders.length;
    if (rows === 0) return;
    try {
      await this.#makeRoom({ entries: 1, bytes });
      if (bytes > this.#bounds.maxBytes)
        throw new RangeError(`an entry has ${bytes} bytes, and the spool room for ${this.#bounds.maxBytes}`);
      const name = entryName((this.#kept.at(-1)?.sequence ?? 0) + 1, rows);
      await this.#write(name, text);
      this.#kept.push({ ...(parseName(name) as Named), bytes });
      this.#bytes += bytes;
    } catch {
      this.dropped += rows;
    }
  }

  /** The oldest entry; undefined: there is none. One that cannot be read is dropped, and counted. */
  async first(): Promise<Entry | undefined> {
    for (let [oldest] = this.#kept; oldest !== undefined; [oldest] = this.#kept) {
      try {
        return entryIn(await readFile(this.#in(oldest.name), "utf8"));
      } catch {
        await this.#drop();
      }
    }
    return undefined;
  }

  /** Lets go of the oldest entry, which has been written. Rejects with the system's error. */
  async removeFirst(): Promise<void> {
    const [oldest] = this.#kept;
    if (oldest === undefined) return;
    // What is no file can carry an entry's name too, and would be in the way of all that come after it.
    await rm(this.#in(oldest.name), { force: true, recursive: true });
    this.#kept.shift();
    this.#bytes -= oldest.bytes;
  }

  /** Drops the oldest entries until there is room for more. */
  async #makeRoom({ entries, bytes }: { entries: number; bytes: number }): Promise<void> {
    const { maxBytes, maxEntries } = this.#bounds;
    const isOver = () => this.size + entries > maxEntries || this.bytes + bytes > maxBytes;
    while (this.size > 0 && isOver()) await this.#drop();
  }

  async #drop(): Promise<void> {
    const rows = this.#kept[0]?.rows ?? 0;
    await this.removeFirst();
    this.dropped += rows;
  }

  /** A process that is killed leaves a file whose name says that it is not whole, and that the next one writes over. */
  async #write(name: string, text: string): Promise<void> {
    const unfinished = this.#in("entry.new");
    await using file = await open(unfinished, "w");
    await file.writeFile(text);
    await file.sync();
    await rename(unfinished, this.#in(name));
  }

  #in(name: string): string {
    return path.join(this.#folder, name);
  }
}

/** @throws an error where the text is none of an entry */
function entryIn(text: string): Entry {
  const { halves, holders } = JSON.parse(text);
  if (!isRows(halves) || !isRows(holders)) throw new TypeError("this is no entry");
  return { halves, holders };
}

function isRows(value: unknown): value is never[] {
  return Array.isArray(value) && value.every((row) => typeof row === "object" && row !== null);
}

/** Of a file that is gone or cannot be looked at none: reading it will tell, and count it. */
async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}
