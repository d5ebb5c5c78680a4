import { copyFile, mkdir, readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { StartError } from "../../start/errors.ts";
import { debianMirror } from "../../start/images/debian.ts";
import type { RunResult } from "../../start/lib/host.ts";
import { digestOf, keep } from "../guests/cache.ts";
import type { Context } from "../guests/context.ts";
import type { Machine } from "./machines.ts";
import { NAME_SERVER } from "./network.ts";

/** What a machine boots from. */
export interface RootDisk {
  /** An ext4 file system without a partition table, mostly holes. */
  disk: string;
  kernel: string;
  initrd: string;
}

const FILES = path.join(import.meta.dirname, "root");
const FINISH = path.join(import.meta.dirname, "finish-root.sh");
const SID = path.join(import.meta.dirname, "engine-from-sid.sh");
const SIZE = "16G";
const DEADLINE = "30m";

/** What a small installation of Debian has, and what the README asks of a machine: Node with npm; git for the clone. */
const STOCK = [
  ...["systemd-sysv", "dbus", "udev", "kmod", "procps", "iproute2", "ca-certificates", "zstd"],
  ...["linux-image-cloud-amd64", "initramfs-tools", "git", "nodejs", "npm"],
];

/**
 * Makes the disk a machine starts from, of Debian's packages as they are on this day; kept until what is asked for
 * changes. Needs root.
 * @throws StartError MACHINE_NOT_MADE with the last lines of what failed
 */
export async function makeRootDisk(context: Context, machine: Machine): Promise<RootDisk> {
  const folder = path.join(context.cache, "machines", `${machine.name}-${await recipeOf(machine)}`);
  await keep(folder, async (unfinished) => {
    const root = path.join(unfinished, "root");
    await mkdir(root, { recursive: true });
    context.report(`${machine.name}: making its disk of Debian's packages`);
    await bootstrap(context, machine, root);
    await run(context, "sh", [FINISH, root, FILES, NAME_SERVER]);
    await copyBoot(root, unfinished);
    await run(context, "mke2fs", ["-q", "-t", "ext4", "-L", "root", "-d", root, path.join(unfinished, "disk"), SIZE]);
    await rm(root, { recursive: true, force: true });
  });
  return {
    disk: path.join(folder, "disk"),
    kernel: path.join(folder, "vmlinuz"),
    initrd: path.join(folder, "initrd.img"),
  };
}

async function recipeOf(machine: Machine): Promise<string> {
  const names = await readdir(FILES, { recursive: true, withFileTypes: true });
  const own = names.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const scripts = await Promise.all([FINISH, SID, ...own.sort()].map((file) => readFile(file, "utf8")));
  return digestOf(JSON.stringify(machine), NAME_SERVER, SIZE, ...STOCK, ...scripts);
}

async function bootstrap(context: Context, { suite, engine, enginePackages }: Machine, root: string): Promise<void> {
  const fromSid = `--customize-hook=sh ${SID} "$1" ${enginePackages.join(" ")}`;
  const include = engine === "own" ? [...STOCK, ...enginePackages] : STOCK;
  const options = ["--variant=minbase", "--format=directory", `--include=${include.join(",")}`];
  const hooks = engine === "own" ? [] : [fromSid];
  // Without a mirror it takes Debian's own.
  const mirror = await debianMirror(context.host);
  const words = [...options, ...hooks, suite, root, ...(mirror === undefined ? [] : [mirror])];
  // `timeout` hands a signal on to all that mmdebstrap started; alone, it would wait for its children to end.
  await run(context, "timeout", [DEADLINE, "mmdebstrap", ...words]);
}

/** Debian's kernel packages keep these two links to the newest kernel. */
async function copyBoot(root: string, folder: string): Promise<void> {
  for (const name of ["vmlinuz", "initrd.img"]) await copyFile(path.join(root, name), path.join(folder, name));
}

async function run({ host, signal }: Context, program: string, args: readonly string[]): Promise<void> {
  const result = await host.run("nice", ["-n", "5", program, ...args], { signal });
  if (!result.ok) throw notMade(program, result);
}

function notMade(program: string, { stdout, stderr, message }: RunResult): StartError {
  return new StartError("MACHINE_NOT_MADE", {
    what: "A machine's disk could not be made",
    why: [message.split("\n")[0] ?? `${program} failed`, ...`${stdout}\n${stderr}`.trim().split("\n").slice(-8)].join(
      "\n",
    ),
    fix: "look whether `apt-get update` works on this machine, then run this again",
  });
}
