import { mkdtemp, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import type { Context } from "../../guests/context.ts";
import { makeInitrd } from "../../guests/initrd.ts";
import type { KernelFiles } from "../../guests/kernel-files.ts";
import { type Console, type Costs, eachKind, readConsole } from "./console.ts";
import { type Files, installed, program } from "./libraries.ts";
import { bootCounting } from "./machine.ts";
import { nameOf, OFF, OFF_AGAIN, type Route } from "./script.ts";

const GUEST = path.join(import.meta.dirname, "guest");
const FAREWELL = "echo finished\necho o > /proc/sysrq-trigger\nsleep 60\n";

export interface Measurement {
  kernel: KernelFiles;
  /** What the machine does: shell commands, and the functions of guest/init. */
  script: string;
  /** Beside busybox, `count` and `ip`. */
  files: Files;
  memoryMb: number;
  deadlineMs: number;
}

/**
 * Boots a kernel and reads what the loads of the script took.
 * @param folder where files may lie meanwhile
 * @throws Error with the machine's last words
 */
export async function countIn(context: Context, folder: string, measurement: Measurement): Promise<Console> {
  const { kernel, memoryMb, deadlineMs } = measurement;
  const own = await mkdtemp(path.join(folder, "machine-"));
  try {
    const initrd = await initrdOf({ ...context, cache: own }, measurement);
    const name = `the counting machine with kernel ${kernel.release}`;
    const { signal } = context;
    return readConsole(await bootCounting({ name, image: kernel.image, initrd, memoryMb, deadlineMs, signal }));
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

/** The load without anything: the mean of before and after, so that what changes meanwhile counts half. */
export function offOf(console: Console, route: Route): Costs {
  const [before, after] = [OFF, OFF_AGAIN].map((name) => console.costs(nameOf(route, name))) as [Costs, Costs];
  return eachKind((kind) => (before[kind] + after[kind]) / 2);
}

async function initrdOf(context: Context, { kernel, script, files }: Measurement): Promise<string> {
  const init = `${await readFile(path.join(GUEST, "init"), "utf8")}${script}${FAREWELL}`;
  const tools = { ...(await program("count", await buildCount(context.cache))), ...(await installed("ip")) };
  return makeInitrd(context, { kernel, modules: ["veth"], init, files: { ...tools, ...files } });
}

async function buildCount(folder: string): Promise<string> {
  const target = path.join(folder, "count");
  await execa("cc", ["-O2", "-Wall", "-Wextra", "-Werror", "-static", "-o", target, path.join(GUEST, "count.c")]);
  return target;
}
