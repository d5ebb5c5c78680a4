import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { execa } from "execa";
import { eventually } from "../lib/eventually.ts";
import type { Running } from "./running.ts";

/** The cost of every BPF program on the host, whoever loaded it. */
export function programsSuite(running: () => Running): void {
  describe("BPF programs", () => {
    it("all have their runs and run time, as the kernel tells bpftool", async () => {
      const { stdout } = await execa("bpftool", ["--json", "prog", "show"]);
      const loaded = JSON.parse(stdout) as { id: number; name?: string; run_cnt?: number }[];
      await eventually(20, async () => {
        const series = await running().prometheus.query("ebpf_program_runs_total");
        const known = new Map(series.map(({ labels, value }) => [labels.id, value]));
        for (const { id, name, run_cnt = 0 } of loaded) {
          const runs = known.get(String(id));
          assert.ok(runs !== undefined, `program ${id} ${name} is missing`);
          assert.ok(runs >= run_cnt, `program ${id} ${name}: ${runs} runs, bpftool had ${run_cnt} before`);
        }
      });
      const time = await running().prometheus.query('ebpf_program_run_time_seconds_total{name="count_syscall"}');
      assert.ok((time[0]?.value ?? 0) > 0, "the system call counter takes time");
    });

    it("name the container that loaded them", () =>
      eventually(20, async () => {
        const info = await running().prometheus.query('ebpf_program_info{name="count_syscall"}');
        assert.equal(info[0]?.labels.loaded_by, "ebpf-exporter");
      }));
  });
}
