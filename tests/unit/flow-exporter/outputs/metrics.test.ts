import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, test } from "node:test";
import { execa } from "execa";
import { createMetrics } from "../../../../exporters/flow-exporter/outputs/prometheus/metrics.ts";
import type { View } from "../../../../exporters/flow-exporter/outputs/view.ts";
import { SOCKETS } from "../lib/sockets.ts";
import { viewOf } from "../lib/view.ts";

const GOLDEN = path.resolve(import.meta.dirname, "../../../golden/metrics.txt");
const promtool = await execa("sh", ["-c", "command -v promtool"], { reject: false });

describe("/metrics", () => {
  test("is what tests/golden/metrics.txt says (UPDATE_GOLDEN=1 writes it anew)", async () => {
    const text = await scrape(viewOf(SOCKETS));
    if (process.env.UPDATE_GOLDEN) await writeFile(GOLDEN, text);
    assert.equal(text, await readFile(GOLDEN, "utf8"));
  });

  test("has no connections while the tracer is gone, and the totals it had", async () => {
    const tracer = { name: "flow-tracer", up: false, reason: "gone", failures: 3 };
    const text = await scrape(viewOf(SOCKETS, { tracer, sources: [tracer] }));
    assert.match(text, /^flow_source_up\{flow_source="flow-tracer"\} 0$/m);
    assert.doesNotMatch(text, /^flow_connections\{/m);
    assert.match(text, /^flow_sent_bytes_total\{source="web",destination="db",.*\} 4099$/m);
  });

  test("says the same when asked twice", async () => {
    const metrics = createMetrics(viewOf(SOCKETS));
    assert.deepEqual(await metrics.text(), await metrics.text());
  });

  test("satisfies promtool", { skip: promtool.exitCode === 0 ? false : "needs promtool" }, async () => {
    const input = await scrape(viewOf(SOCKETS));
    const checked = await execa(promtool.stdout, ["check", "metrics"], { input, reject: false, all: true });
    assert.equal(checked.exitCode, 0, checked.all);
  });
});

async function scrape(view: View): Promise<string> {
  return `${await createMetrics(view).text()}`;
}
