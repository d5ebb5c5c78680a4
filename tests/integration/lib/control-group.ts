import { existsSync } from "node:fs";
import { mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import path from "node:path";

const V1 = "/sys/fs/cgroup/memory";
const V2 = "/sys/fs/cgroup";

/** A control group with a memory limit. */
export interface LimitedGroup {
  /** Runs the command after it in the group. */
  command: string[];
  /** Bytes that it has taken at most so far, what the kernel keeps of its files included. */
  peak(): Promise<number>;
  /** Once nothing runs in it any more. */
  remove(): Promise<void>;
}

/** Undefined where this machine's control groups do not limit memory. */
export async function limitedGroup(name: string, bytes: number): Promise<LimitedGroup | undefined> {
  const [parent, file, peak] = existsSync(`${V1}/memory.limit_in_bytes`)
    ? [V1, "memory.limit_in_bytes", "memory.max_usage_in_bytes"]
    : [V2, "memory.max", "memory.peak"];
  if (parent === V2 && !(await handsMemoryOn(V2))) return undefined;
  const folder = path.join(parent, name);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, file), `${bytes}`);
  return {
    command: ["sh", "-c", `echo $$ > ${folder}/cgroup.procs && exec "$@"`, "sh"],
    peak: async () => Number(await readFile(path.join(folder, peak), "utf8")),
    remove: () => rmdir(folder),
  };
}

async function handsMemoryOn(root: string): Promise<boolean> {
  const controllers = await readFile(`${root}/cgroup.controllers`, "utf8").catch(() => "");
  if (!controllers.split(/\s/).includes("memory")) return false;
  await writeFile(`${root}/cgroup.subtree_control`, "+memory");
  return true;
}
