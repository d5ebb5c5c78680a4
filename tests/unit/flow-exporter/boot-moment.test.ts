import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { BootMoment } from "../../../exporters/flow-exporter/boot-moment.ts";
import { startExporter } from "../../../exporters/flow-exporter/exporter.ts";
import type { FlowsPage } from "../../../exporters/flow-exporter/outputs/http/answers.ts";
import { openRecording } from "../../../exporters/flow-exporter/recording/folder-reader.ts";
import { createReplay } from "../../../exporters/flow-exporter/recording/replay.ts";
import { readSettings } from "../../../exporters/flow-exporter/settings.ts";
import { silent } from "./lib/log.ts";
import { recorded, scratch } from "./recording/recorded.ts";

test("the moment of boot stays while the clocks are only read unevenly, and moves once one was set", () => {
  let readMs = 1_000_000;
  const boot = new BootMoment(() => readMs);
  assert.equal(boot.ms, 1_000_000);
  readMs += 9.7;
  assert.equal(boot.ms, 1_000_000);
  readMs += 3_600_000;
  assert.equal(boot.ms, readMs);
});

test("a flow of a recording has the times that it had", { timeout: 30_000 }, async (t) => {
  const folder = path.join(await scratch(t), "recording");
  const { kernel, recordings, cycle } = recorded(folder);
  await recordings.begin();
  kernel.pass(50);
  const startNs = kernel.nowNs;
  kernel.open({ source: "192.168.1.10:4000", destination: "9.9.9.9:443", comm: "curl", start: startNs });
  await cycle();
  await recordings.end();

  const exporter = await startExporter(
    readSettings({ FLOW_PORT: "0" }),
    createReplay(openRecording(folder)),
    silent as never,
  );
  t.after(() => exporter.stop());
  const ask = async () =>
    ((await (await fetch(`http://127.0.0.1:${exporter.port}/api/flows`)).json()) as FlowsPage).flows[0];
  let flow = await ask();
  while (flow === undefined) flow = await ask();
  assert.equal(flow.start, new Date(kernel.wallOffset * 1_000 + startNs / 1e6).toISOString());
});
