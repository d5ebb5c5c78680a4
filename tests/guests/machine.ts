import { randomUUID } from "node:crypto";
import { copyFile, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { StartError } from "../../start/errors.ts";
import type { Context } from "./context.ts";
import { makeInitrd } from "./initrd.ts";
import type { KernelFiles } from "./kernel-files.ts";
import { BARE, runQemu } from "./qemu.ts";
import { shareFolder } from "./share.ts";

export interface GuestJob {
  kernel: KernelFiles;
  /** Run by /bin/sh as root, with no input. The guest sees this machine's files; what it writes is lost with it. */
  script: string;
  cpus: number;
  memoryMb: number;
  deadlineMs: number;
  /** Called with each line the script prints, on either stream. */
  onLine: (line: string) => void;
}

const MODULES = ["virtio_pci", "virtiofs", "overlay"];

/**
 * Boots a kernel in QEMU on this machine's own root and runs one script in it. Nothing is left behind.
 * @returns the script's exit code
 * @throws StartError GUEST_DIED with the console's last lines, GUEST_TIMED_OUT, GUEST_FAILED, SHARE_NOT_READY
 */
export async function runInGuest(context: Context, job: GuestJob): Promise<number> {
  const init = await readFile(path.join(import.meta.dirname, "init.sh"), "utf8");
  const initrd = await makeInitrd(context, { kernel: job.kernel, modules: MODULES, init });
  const folder = await mkdtemp(path.join(tmpdir(), "flowtally-guest-"));
  try {
    return await boot(context, job, initrd, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function boot({ signal }: Context, job: GuestJob, initrd: string, folder: string): Promise<number> {
  const mark = randomUUID();
  const { kernel, memoryMb, deadlineMs } = job;
  await writeJob(folder, job, mark);
  const socket = path.join(folder, "share");
  const share = await shareFolder({ folder: "/", tag: "host", socket, memoryMb, signal });
  const ending = new RegExp(`^(.*)${mark} (\\d+)$`);
  let exitCode: number | undefined;
  try {
    const args = [...machineArgs(job, folder), ...share.args, "-kernel", kernel.image, "-initrd", initrd];
    await runQemu({
      name: `a guest with kernel ${kernel.release}`,
      args,
      deadlineMs,
      signal,
      onLine: (line) => {
        const [, before = line, code] = ending.exec(line) ?? [];
        if (code !== undefined) exitCode = Number(code);
        if (code === undefined || before !== "") job.onLine(before);
        return code !== undefined;
      },
    });
  } finally {
    await share.stop();
  }
  return exitCode ?? died(kernel, await readFile(path.join(folder, "console"), "utf8"));
}

async function writeJob(folder: string, { script, kernel }: GuestJob, mark: string): Promise<void> {
  await copyFile(path.join(import.meta.dirname, "start.sh"), path.join(folder, "start"));
  await writeFile(path.join(folder, "job"), script);
  await writeFile(path.join(folder, "mark"), mark);
  await symlink(path.join(kernel.root, "lib/modules"), path.join(folder, "modules"));
}

function machineArgs({ cpus, memoryMb }: GuestJob, folder: string): string[] {
  const machine = ["-machine", "q35,memory-backend=memory", "-accel", "tcg,thread=multi", "-cpu", "max"];
  const console = ["-serial", `file:${path.join(folder, "console")}`, "-serial", "stdio"];
  const words = `console=ttyS0 quiet panic=-1 guest.folder=${folder}`;
  return [...BARE, ...machine, "-smp", `${cpus}`, "-m", `${memoryMb}M`, ...console, "-append", words];
}

function died({ release }: KernelFiles, console: string): never {
  const why = farewellOf(stripVTControlCharacters(console).trim().split(/\r?\n/)) || "its console is empty";
  const fix = "see the console's lines above";
  throw new StartError("GUEST_DIED", { what: `A guest with kernel ${release} ended before its job`, why, fix });
}

const TOLD_LINES = 24;

/** What a kernel says as it gives up begins with why; without such a line, its last ones. */
function farewellOf(lines: readonly string[]): string {
  const first = lines.findIndex((line) => /\b(BUG|Oops|general protection|Kernel panic|stack-protector)\b/.test(line));
  return (first < 0 ? lines.slice(-TOLD_LINES) : lines.slice(first, first + TOLD_LINES)).join("\n");
}
