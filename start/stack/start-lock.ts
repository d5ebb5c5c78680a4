import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { reasonOf, StartError } from "../errors.ts";
import type { Host } from "../lib/host.ts";

/** Who holds the lock. A process is known by its id and when it began: ids come again, after a reboot above all. */
interface Holder {
  pid: number;
  /** In the kernel's ticks since it booted. */
  beganTicks: string;
  /** For the user. */
  since: string;
}

export interface StartLock {
  release(): Promise<void>;
}

/** Tries against others that take and give it at the same moment. */
const TRIES = 5;

/**
 * Takes the lock that one start at a time has of a stack: two at once would take each other's containers away. That of a
 * process that is gone, as one that was killed, is taken over.
 * @throws StartError START_RUNNING, with the process that has it
 */
export async function takeStartLock(host: Host, file: string, now = new Date()): Promise<StartLock> {
  const own: Holder = {
    pid: process.pid,
    beganTicks: (await beganTicksOf(host, process.pid)) ?? "",
    since: now.toISOString(),
  };
  const text = JSON.stringify(own);
  const mine = `${file}.${process.pid}`;
  // It appears under its name with all that is in it, so that nobody reads half of it.
  await writeFile(mine, text, { mode: 0o600 });
  try {
    for (let tries = 0; tries < TRIES; tries++) {
      if (await isLinked(mine, file)) return { release: () => releaseLock(file, text) };
      const held = await readFile(file, "utf8").catch(() => undefined);
      if (held === undefined) continue;
      const holder = holderIn(held);
      if (holder && (await isRunning(host, holder))) throw running(holder);
      await removeStale(file, held);
    }
    throw new StartError("START_RUNNING", {
      what: "Other starts take the lock again and again",
      why: `${file} is another process's at each of ${TRIES} tries`,
      fix: "look whether something starts the stack over and over, then start again",
    });
  } finally {
    await rm(mine, { force: true });
  }
}

async function isLinked(mine: string, file: string): Promise<boolean> {
  try {
    await link(mine, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw new StartError(
      "FOLDER_NOT_WRITABLE",
      {
        what: `The lock ${file} cannot be made`,
        why: reasonOf(error),
        fix: "make sure that its file system knows hard links",
      },
      { cause: error },
    );
  }
}

/** Renamed first: of two that find it stale one gets it, and sees by its contents whether it took a fresh one instead. */
async function removeStale(file: string, stale: string): Promise<void> {
  const aside = `${file}.${process.pid}.stale`;
  const taken = await rename(file, aside).then(
    () => readFile(aside, "utf8"),
    () => undefined,
  );
  if (taken !== undefined && taken !== stale) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}

/** Only its own: whoever found it stale nevertheless has another one there by now. */
async function releaseLock(file: string, text: string): Promise<void> {
  if ((await readFile(file, "utf8").catch(() => undefined)) === text) await rm(file, { force: true });
}

/** Undefined for what no start has written. */
function holderIn(text: string): Holder | undefined {
  try {
    const { pid, beganTicks, since } = JSON.parse(text) as Partial<Holder>;
    return Number.isInteger(pid) && typeof since === "string"
      ? { pid: Number(pid), beganTicks: `${beganTicks}`, since }
      : undefined;
  } catch {
    return undefined;
  }
}

async function isRunning(host: Host, { pid, beganTicks }: Holder): Promise<boolean> {
  return (await beganTicksOf(host, pid)) === beganTicks;
}

/** The 22nd field of `/proc/PID/stat`, counted behind the name, which may have blanks and brackets; undefined: no such process. */
async function beganTicksOf(host: Host, pid: number): Promise<string | undefined> {
  const stat = await host.readText(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

function running({ pid, since }: Holder): StartError {
  return new StartError("START_RUNNING", {
    what: `Another npm start (pid ${pid}) is running`,
    why: `it began at ${since}, and two at once would take each other's containers away`,
    fix: `wait until it is done, or end it: kill ${pid}`,
  });
}
