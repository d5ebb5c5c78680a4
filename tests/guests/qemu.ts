import { execa } from "execa";
import { StartError } from "../../start/errors.ts";

export interface QemuRun {
  /** What runs, for messages: "a guest with kernel 6.1". */
  name: string;
  args: readonly string[];
  deadlineMs: number;
  signal: AbortSignal;
  /** Called with each line on QEMU's standard output; returning true says that the guest has no more to say. */
  onLine: (line: string) => boolean;
}

/** How long a guest has to power off by itself once it has said all. */
const FAREWELL_MS = 10_000;

/** What every guest here has: no devices but those that are asked for, no window, and no second boot after a panic. */
export const BARE: readonly string[] = ["-nodefaults", "-no-user-config", "-nographic", "-no-reboot"];

/**
 * Runs QEMU to its end: without KVM, behind everything else on the machine, and never longer than this process lives.
 * @throws StartError GUEST_TIMED_OUT with the last line, GUEST_FAILED where QEMU says it cannot run; the signal's reason
 */
export async function runQemu({ name, args, deadlineMs, signal, onLine }: QemuRun): Promise<void> {
  const command = ["--pdeathsig", "KILL", "nice", "-n", "10", "qemu-system-x86_64", ...args];
  const child = execa("setpriv", command, {
    reject: false,
    stdin: "ignore",
    buffer: { stdout: false, stderr: true },
    timeout: deadlineMs,
    cancelSignal: signal,
  });
  let last = "nothing was printed";
  let farewell: NodeJS.Timeout | undefined;
  try {
    for await (const text of child.iterable()) {
      const line = String(text).replace(/\r$/, "");
      if (line !== "") last = line;
      if (onLine(line)) farewell ??= setTimeout(() => child.kill(), FAREWELL_MS);
    }
  } finally {
    clearTimeout(farewell);
    child.kill();
  }
  const ended = await child;
  signal.throwIfAborted();
  if (ended.timedOut) throw timedOut(name, deadlineMs, last);
  if (ended.exitCode !== 0 && farewell === undefined) throw failed(name, ended.stderr || (ended.message ?? ""));
}

function timedOut(name: string, deadlineMs: number, last: string): StartError {
  return new StartError("GUEST_TIMED_OUT", {
    what: `${name} was not done after ${Math.round(deadlineMs / 1000)} s`,
    why: `its last line was: ${last}`,
    fix: "run it again with less else to do on the machine",
  });
}

function failed(name: string, why: string): StartError {
  return new StartError("GUEST_FAILED", { what: `QEMU could not run ${name}`, why, fix: "see what it says there" });
}
