import { existsSync } from "node:fs";
import { mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { readMounts } from "../../../start/checks/mounts.ts";
import { StartError } from "../../../start/errors.ts";
import type { Host } from "../../../start/lib/host.ts";
import { waitFor } from "../../../start/lib/wait.ts";

const KILL_DEADLINE_MS = 30_000;

/** Control groups of one name, in every hierarchy. */
export interface ControlGroup {
  /** Its folder in the hierarchy of version 2, by which its processes are found. */
  folder: string;
  create(): Promise<void>;
  /** The same in every hierarchy. */
  createEverywhere(): Promise<void>;
  /** Of it and of all below it. */
  pids(): Promise<number[]>;
  /** Ends all processes in it and below, at once, and removes it. Nothing happens where it is not there. */
  destroy(): Promise<void>;
}

/** @throws StartError CLUSTER_IMPOSSIBLE where there is no hierarchy of version 2 */
export async function controlGroup(host: Host, name: string): Promise<ControlGroup> {
  const mounts = (await readMounts(host)).filter(({ type }) => type.startsWith("cgroup"));
  const unified = mounts.find(({ type }) => type === "cgroup2")?.target;
  if (unified === undefined) {
    const explanation = { what: "No Kubernetes can be started here", why: "no cgroup v2 is mounted" };
    throw new StartError("CLUSTER_IMPOSSIBLE", { ...explanation, fix: "mount it: `mount -t cgroup2 cgroup2 …`" });
  }
  const folder = path.join(unified, name);
  const folders = new Set(mounts.map(({ target }) => path.join(target, name)));
  return {
    folder,
    create: async () => void (await mkdir(folder, { recursive: true })),
    createEverywhere: async () => {
      for (const each of folders) await mkdir(each, { recursive: true });
    },
    pids: () => pidsBelow(host, folder),
    destroy: async () => {
      if (existsSync(folder)) await killAll(folder);
      for (const each of folders) await removeBelow(host, each);
    },
  };
}

async function killAll(folder: string): Promise<void> {
  await writeFile(path.join(folder, "cgroup.kill"), "1");
  const fix = "look which process in it does not end";
  const wait = { name: `the end of what is in ${folder}`, deadlineMs: KILL_DEADLINE_MS, everyMs: 50, fix };
  await waitFor({ ...wait, code: "CLUSTER_LEFT" }, async () => {
    const events = await readFile(path.join(folder, "cgroup.events"), "utf8");
    if (!/^populated 0$/m.test(events)) throw new Error("a process is left in it");
  });
}

async function pidsBelow(host: Host, folder: string): Promise<number[]> {
  const files = await host.run("find", [folder, "-name", "cgroup.procs"]);
  const texts = await Promise.all(files.stdout.split("\n").map((file) => readFile(file, "utf8").catch(() => "")));
  return texts.flatMap((text) => text.split("\n").filter(Boolean).map(Number));
}

/** The kernel keeps one for a moment after its last process has gone. */
async function removeBelow(host: Host, folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  const fix = "look whether a process is left in it";
  await waitFor(
    { name: `no ${folder}`, deadlineMs: KILL_DEADLINE_MS, everyMs: 100, code: "CLUSTER_LEFT", fix },
    async () => {
      const found = await host.run("find", [folder, "-mindepth", "1", "-depth", "-type", "d"]);
      for (const each of found.stdout.split("\n").filter(Boolean)) await rmdir(each);
      await rmdir(folder);
    },
  );
}
