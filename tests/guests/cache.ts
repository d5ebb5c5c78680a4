import { createHash, randomUUID } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";

/**
 * Makes a file or folder unless it is there. It appears under its name only when it is whole, so that a second run at
 * the same time sees it complete or not at all; where both make it, the first one to be ready stays.
 * @param make is given the path to fill.
 */
export async function keep(target: string, make: (unfinished: string) => Promise<void>): Promise<string> {
  if (existsSync(target)) return target;
  await mkdir(path.dirname(target), { recursive: true });
  const unfinished = `${target}.${randomUUID()}`;
  try {
    await make(unfinished);
    await rename(unfinished, target).catch((error) => {
      // A folder is not renamed over another one that has something in it.
      if (!existsSync(target)) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return target;
}

/** SHA-256 of a file, in hexadecimal. */
export async function digestOfFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

/** A short name for what is made of these words, in this order. */
export function digestOf(...words: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(words)).digest("hex").slice(0, 24);
}
