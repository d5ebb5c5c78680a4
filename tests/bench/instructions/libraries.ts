import { realpath } from "node:fs/promises";
import { execa } from "execa";

/** Where files go in a RAM disk, and where they are on this machine. */
export type Files = Readonly<Record<string, string>>;

/** A program of this machine, found by its name, and the shared libraries it needs. */
export async function installed(name: string): Promise<Files> {
  const { stdout: found } = await execa("sh", ["-c", 'command -v "$1"', "sh", name]);
  return program(name, found);
}

/** A program, to be called by a name, and the shared libraries it needs. */
export async function program(name: string, file: string): Promise<Files> {
  const { stdout: listed } = await execa("ldd", [file], { reject: false }); // fails for a static one
  const libraries = [...listed.matchAll(/(\/\S+) \(0x/g)].map(([, library = ""]) => library);
  const entries = await Promise.all(libraries.map(async (library) => [library.slice(1), await realpath(library)]));
  return { [`bin/${name}`]: await realpath(file), ...Object.fromEntries(entries) };
}
