import assert from "node:assert/strict";
import { mkdir, open, rm } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "node:test";
import { hasPmu } from "../../../start/checks/pmu.ts";
import { createHost } from "../../../start/lib/host.ts";
import { eventually } from "../lib/eventually.ts";
import { ROOT } from "../lib/launcher.ts";
import { named } from "../lib/talkers.ts";
import { containerOf } from "../lib/test-stack.ts";
import type { Running } from "./running.ts";

const pmu = await hasPmu(createHost());

export function metricsSuite(running: () => Running): void {
  const reading = async (expression: string) => (await running().prometheus.query(expression))[0]?.value ?? 0;

  /** A load that must move a counter by a known least amount. */
  async function moves(expression: string, least: number, load: () => Promise<void>): Promise<void> {
    const before = await reading(expression);
    await load();
    await eventually(20, async () => {
      const moved = (await reading(expression)) - before;
      assert.ok(moved >= least, `${expression} moved by ${moved}, expected ${least} at least`);
    });
  }

  describe("eBPF metrics", () => {
    it("counts read system calls by name", () =>
      moves('sum(ebpf_exporter_syscalls_total{syscall="read"})', 5000, () => readMany(5000)));

    it("measures write latency per disk", () =>
      moves('sum(ebpf_exporter_bio_latency_seconds_bucket{operation="write",le="+Inf"})', 50, () => syncMany(50)));

    it("names the disks it measures", async () => {
      const series = await running().prometheus.query(
        "sum by (device) (rate(ebpf_exporter_bio_latency_seconds_count[15s])) > 0",
      );
      assert.ok(series.length > 0);
      for (const { labels } of series) assert.match(labels.device ?? "", /^[a-z]+[a-z0-9-]*$/);
    });

    it("counts LLC misses", { skip: pmu ? false : "this machine has no PMU" }, () =>
      moves("sum(ebpf_exporter_llc_misses_total)", 1000, thrashCache),
    );

    it("says as a metric that LLC misses are left out", { skip: pmu ? "this machine has a PMU" : false }, async () => {
      const series = await running().prometheus.query('flow_stack_left_out{part="llc_misses"}');
      assert.equal(series[0]?.value, 1);
      assert.match(series[0]?.labels.reason ?? "", /no hardware performance counters/);
    });
  });

  describe("container metrics", () => {
    for (const metric of [
      "container_cpu_usage_seconds_total",
      "container_memory_working_set_bytes",
      "container_network_receive_bytes_total",
    ]) {
      it(`has ${metric} of the prometheus container by name`, () =>
        eventually(40, async () => {
          assert.ok((await reading(`sum(${metric}{name="${containerOf("prometheus")}"})`)) > 0);
        }));
    }

    it("counts the bytes a container writes to disk, and reads from it", async () => {
      const { docker, nodeImage } = running();
      const worker = await docker.createContainer({
        name: WORKER,
        Image: nodeImage,
        User: "0:0",
        Entrypoint: ["/bin/node", "-e", DISK_WORKER],
      });
      const counted = (kind: string) => reading(`sum(container_fs_${kind}_bytes_total{name="${WORKER}"})`);
      try {
        await worker.start();
        await eventually(60, async () => {
          assert.ok((await counted("writes")) >= 10 * 4096);
          assert.ok((await counted("reads")) >= 4096);
        });
      } finally {
        await worker.remove({ force: true, v: true });
      }
    });
  });
}

const WORKER = named("flowtally-test-disk");

// Synced at once: with cgroup v1 the kernel counts what is written back later for nobody. Read past the page cache, which
// would hold what has just been written; for that a buffer must be aligned as the disk wants it, which is tried out.
const DISK_WORKER = `
const fs = require("node:fs");
const { O_DIRECT, O_RDONLY } = fs.constants;
const file = fs.openSync("/written", "w");
const write = () => {
  fs.writeSync(file, Buffer.alloc(4096), 0, 4096, 0);
  fs.fsyncSync(file);
};
const direct = (write(), fs.openSync("/written", O_RDONLY | O_DIRECT));
const memory = new ArrayBuffer(1 << 20);
const read = (offset) => fs.readSync(direct, Buffer.from(memory, offset, 4096), 0, 4096, 0);
const isAligned = (offset) => {
  try {
    return read(offset) === 4096;
  } catch (error) {
    if (error.code !== "EINVAL") throw error;
    return false;
  }
};
const offset = Array.from({ length: 4096 }, (_, at) => at).find(isAligned);
setInterval(() => {
  write();
  read(offset);
}, 100);`;

const SCRATCH = path.join(ROOT, "test-results/scratch");

async function readMany(times: number): Promise<void> {
  const file = await open("/etc/hostname");
  try {
    for (let i = 0; i < times; i++) await file.read(Buffer.alloc(1), 0, 1, null);
  } finally {
    await file.close();
  }
}

async function syncMany(times: number): Promise<void> {
  await mkdir(path.dirname(SCRATCH), { recursive: true });
  const file = await open(SCRATCH, "w");
  try {
    for (let i = 0; i < times; i++) {
      await file.write(Buffer.alloc(4096, i), 0, 4096, i * 4096);
      await file.datasync();
    }
  } finally {
    await file.close();
    await rm(SCRATCH);
  }
}

async function thrashCache(): Promise<void> {
  const wide = new Uint8Array(256 * 1024 * 1024);
  for (let pass = 0; pass < 4; pass++) for (let i = 0; i < wide.length; i += 64) wide[i] = pass;
}
