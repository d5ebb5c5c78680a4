import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { execa } from "execa";
import { eventually } from "../lib/eventually.ts";
import { containerOf } from "../lib/test-stack.ts";
import type { Running } from "./running.ts";

/** The cost of every BPF program on the host, whoever loaded it. */
export function programsSuite(running: () => Running): void {
  describe("BPF programs", () => {
    it("all have their runs and run time, as the kernel reports to bpftool", async () => {
      const before = await loadedPrograms();
      await eventually(20, async () => {
        const series = await running().prometheus.query("ebpf_program_runs_total");
        const known = new Map(series.map(({ labels, value }) => [labels.id, value]));
        const still = new Set((await loadedPrograms()).map(({ id }) => id));
        for (const { id, name, run_cnt = 0 } of before.filter((program) => still.has(program.id))) {
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
        const loaders = info.map(({ labels }) => labels.loaded_by);
        assert.ok(loaders.includes(containerOf("ebpf-exporter")), `loaded by ${loaders}`);
      }));
  });
}

interface Program {
  id: number;
  name?: string;
  run_cnt?: number;
}

/** Whoever's: others on this machine load and unload theirs meanwhile. */
async function loadedPrograms(): Promise<Program[]> {
  const { stdout } = await execa("bpftool", ["--json", "prog", "show"]);
  return JSON.parse(stdout) as Program[];
}
