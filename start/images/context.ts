import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { pack } from "tar-stream";

/** A file of a build context: where it lies on this host, and its name in the archive. */
export interface ContextFile {
  name: string;
  file: string;
}

/** Text that goes into the archive beside the files, by name. */
export type ContextTexts = Record<string, string>;

/** All files below a folder, in a fixed order, named relative to it; `skip` leaves out names and what is below them. */
export async function filesOf(folder: string, skip: (name: string) => boolean = () => false): Promise<ContextFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => ({ name: path.relative(folder, file), file }))
    .filter(({ name }) => !skip(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Twelve hex digits that stand for these words and these files: their names, their contents and who may run them. */
export async function contentHash(words: readonly string[], files: readonly ContextFile[]): Promise<string> {
  const hash = createHash("sha256");
  for (const word of words) hash.update(`${word}\0`);
  for (const { name, file } of files) {
    const content = await readFile(file);
    hash.update(`${name}\0${await modeOf(file)}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex").slice(0, 12);
}

/** A tar archive of a build context. Owner and times are fixed, so that the engine's cache sees contents only. */
export function packContext(files: readonly ContextFile[], texts: ContextTexts): Readable {
  const archive = pack();
  const fill = async () => {
    for (const [name, text] of Object.entries(texts)) archive.entry({ ...FIXED, name }, text);
    for (const file of files) await addFile(archive, file);
    archive.finalize();
  };
  fill().catch((error: Error) => archive.destroy(error));
  return Readable.from(archive);
}

const FIXED = { uid: 0, gid: 0, mtime: new Date(0), mode: 0o644 };

async function addFile(archive: ReturnType<typeof pack>, { name, file }: ContextFile): Promise<void> {
  const status = await lstat(file);
  if (status.isSymbolicLink()) {
    archive.entry({ ...FIXED, name, type: "symlink", linkname: await readlink(file) });
    return;
  }
  const mode = await modeOf(file);
  await pipeline(createReadStream(file), archive.entry({ ...FIXED, name, mode, size: status.size }));
}

async function modeOf(file: string): Promise<number> {
  return (await lstat(file)).mode & 0o111 ? 0o755 : 0o644;
}
