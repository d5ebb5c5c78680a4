import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, test } from "node:test";
import { execa } from "execa";
import { ROLE } from "../../../../exporters/flow-exporter/model/socket.ts";
import { createMetrics } from "../../../../exporters/flow-exporter/outputs/prometheus/metrics.ts";
import type { View } from "../../../../exporters/flow-exporter/outputs/view.ts";
import { OBSERVED } from "../lib/observed.ts";
import type { End, SocketValues } from "../lib/rows.ts";
import { SOCKETS } from "../lib/sockets.ts";
import { viewOf } from "../lib/view.ts";
import { HOST_ADDRESS } from "../lib/world.ts";

/** What every histogram has an observation of. */
const ENDED: [SocketValues, End] = [
  {
    cookie: 90,
    source: `${HOST_ADDRESS}:50001`,
    destination: "203.0.113.5:7",
    role: ROLE.client,
    comm: "curl",
    sent: 7_700,
    received: 12_000,
    rtt: 31_000,
    start: 10e9,
  },
  { sequence: 1, endNs: 12.5e9 },
];
const GOLDEN = path.resolve(import.meta.dirname, "../../../golden/metrics.txt");
const promtool = await execa("sh", ["-c", "command -v promtool"], { reject: false });

describe("/metrics", () => {
  test("is what tests/golden/metrics.txt says (UPDATE_GOLDEN=1 writes it anew)", async () => {
    const text = await scrape(viewOf(SOCKETS, OBSERVED, [ENDED]));
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
