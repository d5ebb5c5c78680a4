import { rmSync } from "node:fs";
import { chmod, copyFile, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

let folder: Promise<string> | undefined;
const copies = new Map<string, Promise<string>>();

/**
 * A folder that every user may enter, for programs that run as another user than the tests, or without root's right to pass
 * over modes: the project may lie where nobody but its owner gets. It is removed as this process ends.
 */
export function enterable(): Promise<string> {
  folder ??= makeFolder();
  return folder;
}

async function makeFolder(): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), "flowtally-enterable-"));
  process.on("exit", () => rmSync(made, { recursive: true, force: true }));
  await chmod(made, 0o755);
  return made;
}

/** A copy of a program that every user may run: as it is when this is called first. */
export function runnable(program: string): Promise<string> {
  const copy = copies.get(program) ?? makeCopy(program);
  copies.set(program, copy);
  return copy;
}

async function makeCopy(program: string): Promise<string> {
  const copy = path.join(await enterable(), path.basename(program));
  await copyFile(program, copy);
  await chmod(copy, 0o755);
  return copy;
}
