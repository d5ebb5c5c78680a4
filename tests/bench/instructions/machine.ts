import { BARE, runQemu } from "../../guests/qemu.ts";

/**
 * A processor that counts: one instruction takes one nanosecond of the machine's time, of which idling takes none on
 * the host. `rdrand` would bring chance in; for `erms` and `fsrm` QEMU counts a copy by its bytes, hardware does not.
 */
const COUNTING = [
  ...["-machine", "q35", "-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off,align=off"],
  ...["-rtc", "base=2026-01-01,clock=vm", "-cpu", "max,-rdrand,-rdseed,-la57,-erms,-fsrm", "-smp", "1"],
];

/** Addresses and seeds that are the same each time, and a clock that is believed. */
const KERNEL_OPTIONS =
  "console=ttyS0 quiet panic=-1 nokaslr norandmaps tsc=reliable random.trust_cpu=off random.trust_bootloader=off";

export interface Boot {
  name: string;
  /** The compressed kernel. */
  image: string;
  initrd: string;
  memoryMb: number;
  deadlineMs: number;
  signal: AbortSignal;
}

/**
 * Runs a machine until it switches itself off; all it has is memory: what a device answers depends on the host.
 * @returns what it wrote to its console, a line each
 * @throws StartError as `runQemu`
 */
export async function bootCounting({ image, initrd, memoryMb, ...run }: Boot): Promise<string[]> {
  const lines: string[] = [];
  const contents = ["-kernel", image, "-initrd", initrd, "-append", KERNEL_OPTIONS];
  await runQemu({
    ...run,
    args: [...BARE, ...COUNTING, "-m", `${memoryMb}M`, "-serial", "stdio", ...contents],
    onLine: (line) => {
      lines.push(line);
      return line === "finished";
    },
  });
  return lines;
}
