import assert from "node:assert/strict";
import type Docker from "dockerode";
import type { Host } from "../../../start/lib/host.ts";
import { DEFAULT_NAMES } from "../../../start/settings/names.ts";
import { eventually } from "../../integration/lib/eventually.ts";
import { tracesOf } from "../../integration/lib/traces.ts";

/** systemd's own programs: units' firewalls and devices, file systems they may use, and who changes what by sysctl. */
const SYSTEMD = /^\d+ (sd_|restrict_filesystems$|sysctl_monitor$)/;

/**
 * The stopped stack has left no container, network, pin or BPF program, and the kernel's statistics switch as it was.
 * What looks for programs is installed only now, so that the start has shown that it does without.
 */
export async function nothingLeft(host: Host, docker: Docker, bpfStatsBefore: string): Promise<string> {
  const installed = await host.run("apt-get", ["-q", "install", "--yes", "--no-install-recommends", "bpftool"]);
  assert.ok(installed.ok, installed.message);
  await eventually(30, async () => {
    const { programs, ...others } = await tracesOf(docker, DEFAULT_NAMES.project);
    assert.deepEqual(others, { containers: [], networks: [], pins: [] });
    assert.deepEqual(
      programs.filter((program) => !SYSTEMD.test(program)),
      [],
    );
  });
  const bpfStats = (await host.readText("/proc/sys/kernel/bpf_stats_enabled"))?.trim();
  assert.equal(bpfStats, bpfStatsBefore, "kernel.bpf_stats_enabled");
  assert.equal(await host.readText("/etc/sysctl.d/60-flowtally.conf"), undefined, "what switches it on at boot");
  return "no container, network, pin or BPF program left";
}
