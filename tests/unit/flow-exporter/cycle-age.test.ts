import assert from "node:assert/strict";
import { test } from "node:test";
import { CycleAge } from "../../../exporters/flow-exporter/cycle-age.ts";
import { startExporter } from "../../../exporters/flow-exporter/exporter.ts";
import { readSettings } from "../../../exporters/flow-exporter/settings.ts";
import { Kernel } from "./lib/kernel.ts";
import { silent } from "./lib/log.ts";

test("a last cycle may be ten intervals old, and half a minute on a busy machine", () => {
  let nowMs = 5_000;
  const cycles = new CycleAge(1, () => nowMs);
  nowMs += 12_000;
  assert.deepEqual([cycles.ageSeconds, cycles.maxSeconds], [12, 30], "none has ended since the start");
  cycles.end();
  nowMs += 500;
  assert.equal(cycles.ageSeconds, 0.5);
  assert.equal(new CycleAge(60).maxSeconds, 600);
});

test("an engine that never answers does not hold up the cycles, and their age is told", {
  timeout: 20_000,
}, async () => {
  const never = () => new Promise<never>(() => {});
  const kernel = new Kernel();
  const docker = { list: never, overlays: never, watch: never };
  const sources = { tracer: kernel, host: kernel.host(), docker };
  const exporter = await startExporter(readSettings({ FLOW_PORT: "0" }), sources, silent as never);
  try {
    const answer = await fetch(`http://127.0.0.1:${exporter.port}/healthz`);
    assert.equal(answer.status, 200, await answer.text());
    const metrics = await (await fetch(`http://127.0.0.1:${exporter.port}/metrics`)).text();
    assert.ok(Number(/^flow_collect_age_seconds (\S+)$/m.exec(metrics)?.[1]) < 5, metrics);
  } finally {
    await exporter.stop();
  }
});
