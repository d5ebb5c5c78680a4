import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Host } from "../lib/host.ts";
import type { Layout } from "./layout.ts";

const SWITCH = "/proc/sys/kernel/bpf_stats_enabled";
/** Read at boot: the engine brings the containers back by itself, but nobody else this switch. */
const AT_BOOT = "/etc/sysctl.d/60-flowtally.conf";
const AT_BOOT_TEXT =
  "# Written by Flowtally's npm start, removed by its npm run stop: lets the kernel time BPF programs.\n-kernel.bpf_stats_enabled = 1\n";

/**
 * Lets the kernel time every BPF program while the stack runs (some ten nanoseconds a run), also after a reboot.
 * What the switch stood at is kept in a file, so that `restoreBpfStats` can put it back even after a crash.
 */
export async function enableBpfStats(host: Host, layout: Layout): Promise<void> {
  const before = (await host.readText(SWITCH))?.trim();
  if (before === undefined || before === "1") return;
  await writeFile(keptIn(layout), before);
  await write(host, SWITCH, "1");
  await write(host, AT_BOOT, AT_BOOT_TEXT);
}

/**
 * Puts the switch back; does nothing where no stack of ours changed it, or where another one is still here and needs it.
 * Where another checkout did, whose stack this one took over, or another stack that is gone, the file for the next boot
 * says: it is only there where the switch was off.
 */
export async function restoreBpfStats(host: Host, layout: Layout, others: readonly string[]): Promise<void> {
  const isForBoot = (await host.readText(AT_BOOT)) === AT_BOOT_TEXT;
  if (others.length > 0) {
    // The last one to leave goes by the file for the next boot.
    if (isForBoot) await rm(keptIn(layout), { force: true });
    return;
  }
  const kept = await readFile(keptIn(layout), "utf8").catch(() => undefined);
  const before = kept ?? (isForBoot ? "0" : undefined);
  if (before === undefined) return;
  await write(host, SWITCH, before);
  await host.runAsRoot("rm", ["-f", host.resolve(AT_BOOT)]);
  await rm(keptIn(layout), { force: true });
}

function keptIn(layout: Layout): string {
  return path.join(path.dirname(layout.state), "bpf-stats-before");
}

/** Statistics are a comfort: where the file cannot be written the stack runs without them. */
async function write(host: Host, file: string, text: string): Promise<void> {
  await host.runAsRoot("tee", [host.resolve(file)], { input: text });
}
