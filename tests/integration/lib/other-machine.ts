import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";

export const KERNEL_TYPES = "/sys/kernel/btf/vmlinux";

/**
 * A command that runs the one after it where other files or folders stand in the place of the machine's own.
 * @param places by path on the machine; what stands there outside is as it was.
 */
export function withInPlace(places: Readonly<Record<string, string>>): string[] {
  const mounts = Object.entries(places).map(([place, other]) => `mount --bind '${other}' '${place}' && `);
  return ["unshare", "--mount", "sh", "-c", `${mounts.join("")}exec "$@"`, "sh"];
}

/** A copy in `folder` of this kernel's types, in which some have other names: to a program they are not there. */
export async function kernelTypesWithout(folder: string, ...names: string[]): Promise<string> {
  const copy = path.join(folder, "vmlinux");
  let types = (await readFile(KERNEL_TYPES)).toString("latin1");
  for (const name of names) {
    if (!types.includes(`\0${name}\0`)) throw new Error(`this kernel has no ${name} to be taken away`);
    types = types.replaceAll(`\0${name}\0`, `\0${"-".repeat(name.length)}\0`);
  }
  await writeFile(copy, types, "latin1");
  return copy;
}

/** A machine that says it has so much memory, in KiB; /proc/meminfo to be put in place. */
export async function meminfoOf(folder: string, kib: number): Promise<string> {
  const file = path.join(folder, `meminfo-${kib}`);
  await writeFile(file, `MemTotal:       ${kib} kB\n`);
  return file;
}
