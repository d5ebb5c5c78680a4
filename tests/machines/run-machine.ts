import { readFile } from "node:fs/promises";
import path from "node:path";
import { StartError } from "../../start/errors.ts";
import type { Context } from "../guests/context.ts";
import { BARE, runQemu } from "../guests/qemu.ts";
import type { Luggage } from "./luggage.ts";
import { NETWORK_ARGS } from "./network.ts";
import type { RootDisk } from "./root-disk.ts";
import { parseStep, type Step } from "./steps.ts";

/** A step, and the seconds since the one before it. */
export interface TimedStep extends Step {
  seconds: number;
}

export interface Run {
  name: string;
  root: RootDisk;
  luggage: Luggage;
  /** Folder for the console's text. */
  folder: string;
  deadlineMs: number;
  /** Called with each line the machine prints. */
  onLine: (line: string) => void;
  /** Called with each step it tells of, whether it went well or not. */
  onStep: (step: TimedStep) => void;
}

const CPUS = 2;
const MEMORY = "6G";

/**
 * Boots a machine from its disk, which stays as it is, and lets it do its job. It is gone afterwards.
 * @throws StartError MACHINE_DIED with the console's last lines where the job came to no end; those of `runQemu`
 */
export async function runMachine({ signal }: Context, run: Run): Promise<void> {
  const console = path.join(run.folder, "console");
  const onStep = timed(run.onStep);
  const ending = new RegExp(`^${run.luggage.mark} \\d+$`);
  let ended = false;
  await runQemu({
    name: `the machine ${run.name}`,
    args: machineArgs(run, console),
    deadlineMs: run.deadlineMs,
    signal,
    onLine: (line) => {
      ended ||= ending.test(line);
      if (!ended) run.onLine(line);
      const step = parseStep(line);
      if (step !== undefined) onStep(step);
      return ended;
    },
  });
  if (!ended) throw died(run.name, await readFile(console, "utf8"));
}

function timed(onStep: Run["onStep"]): (step: Step) => void {
  let last = performance.now();
  return (step) => {
    const now = performance.now();
    onStep({ ...step, seconds: (now - last) / 1000 });
    last = now;
  };
}

function machineArgs({ root, luggage }: Run, console: string): string[] {
  // On a busy host the kernel's test of its timer fails, and it goes on without one.
  const timer = "no_timer_check";
  const words = `root=/dev/vda rw console=ttyS0 panic=-1 systemd.getty_auto=no systemd.show_status=no quiet ${timer}`;
  return [
    ...BARE,
    ...["-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", `${CPUS}`, "-m", MEMORY],
    ...["-serial", `file:${console}`, "-serial", "stdio"],
    ...["-kernel", root.kernel, "-initrd", root.initrd, "-append", words],
    // What is written to the root disk goes into a temporary file of QEMU's and is lost with it.
    ...["-drive", `file=${root.disk},format=raw,if=virtio,snapshot=on,cache=unsafe`],
    ...[luggage.job, luggage.images].flatMap((file) => ["-drive", `file=${file},format=raw,if=virtio,readonly=on`]),
    ...NETWORK_ARGS,
  ];
}

function died(name: string, console: string): StartError {
  const why = console.trim().split("\n").slice(-20).join("\n") || "its console is empty";
  return new StartError("MACHINE_DIED", {
    what: `The machine ${name} ended before its job`,
    why,
    fix: "see the console's last lines above",
  });
}
