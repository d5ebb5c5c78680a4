import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, test } from "node:test";
import { ROLE } from "../../../../exporters/flow-exporter/model/socket.ts";
import { HubbleMetrics } from "../../../../exporters/flow-exporter/outputs/hubble/metrics.ts";
import type { Described } from "../../../../exporters/flow-exporter/outputs/prometheus/definitions/definition.ts";
import { EDGE_METRICS } from "../../../../exporters/flow-exporter/outputs/prometheus/definitions/edges.ts";
import { ENDPOINT_METRICS } from "../../../../exporters/flow-exporter/outputs/prometheus/definitions/endpoints.ts";
import { EXPORTER_METRICS } from "../../../../exporters/flow-exporter/outputs/prometheus/definitions/exporter.ts";
import { HTTP_METRICS } from "../../../../exporters/flow-exporter/outputs/prometheus/definitions/http.ts";
import { HUBBLE_METRICS } from "../../../../exporters/flow-exporter/outputs/prometheus/definitions/hubble.ts";
import { processMetrics } from "../../../../exporters/flow-exporter/outputs/prometheus/definitions/process.ts";
import { PROGRAM_METRICS } from "../../../../exporters/flow-exporter/outputs/prometheus/definitions/programs.ts";
import { SERVED_HUBBLE_METRICS } from "../../../../exporters/flow-exporter/outputs/prometheus/definitions/served-hubble.ts";
import { TRACER_METRICS } from "../../../../exporters/flow-exporter/outputs/prometheus/definitions/tracer.ts";
import { createMetrics } from "../../../../exporters/flow-exporter/outputs/prometheus/metrics.ts";
import { hubbleFlow } from "../../../lib/hubble/flow.ts";
import { OBSERVED } from "../lib/observed.ts";
import { SOCKETS } from "../lib/sockets.ts";
import { viewOf } from "../lib/view.ts";

const DOCS = path.resolve(import.meta.dirname, "../../../../docs/metrics.md");

const GROUPS: Readonly<Record<string, readonly Described[]>> = {
  edges: EDGE_METRICS,
  endpoints: ENDPOINT_METRICS,
  exporter: EXPORTER_METRICS,
  tracer: TRACER_METRICS,
  programs: PROGRAM_METRICS,
  http: HTTP_METRICS,
  hubble: HUBBLE_METRICS,
  "served-hubble": SERVED_HUBBLE_METRICS,
  process: describedBy(processMetrics()),
};
const ALL = Object.values(GROUPS).flat();

describe("docs/metrics.md", () => {
  test("has every metric with its type, labels and help (UPDATE_GOLDEN=1 writes the tables anew)", async () => {
    const text = await readFile(DOCS, "utf8");
    const expected = Object.entries(GROUPS).reduce((all, [name, metrics]) => withTable(all, name, metrics), text);
    if (process.env.UPDATE_GOLDEN) await writeFile(DOCS, expected);
    assert.equal(process.env.UPDATE_GOLDEN ? expected : text, expected);
  });

  test("speaks of no metric of the exporter that there is not", async () => {
    const named =
      (await readFile(DOCS, "utf8")).match(/(?<![:\w])(flow|hubble|ebpf_program|process|nodejs)_[a-z0-9_]+\b(?!:)/g) ??
      [];
    const histograms = ALL.filter(({ type }) => type === "histogram");
    const series = histograms.flatMap(({ name }) => [`${name}_bucket`, `${name}_sum`, `${name}_count`]);
    const known = new Set([...ALL.map(({ name }) => name), ...series, ...ALL.flatMap(({ labels }) => labels)]);
    assert.deepEqual(
      named.filter((name) => !known.has(name)),
      [],
    );
  });
});

test("no gauge is called like a counter, which promtool would refuse", () => {
  const misnamed = ALL.filter(({ name, type }) => type !== "counter" && name.endsWith("_total"));
  assert.deepEqual(
    misnamed.map(({ name }) => name),
    [],
  );
});

test("/metrics has what the definitions say, and nothing else", async () => {
  const ended = { cookie: 90, source: "192.168.1.10:50001", destination: "203.0.113.5:7", sent: 77, rtt: 250 };
  const hubble = new HubbleMetrics();
  hubble.count(hubbleFlow());
  const view = viewOf(SOCKETS, { ...OBSERVED, hubble }, [
    [
      { ...ended, role: ROLE.client, start: 1e9 },
      { sequence: 1, endNs: 2e9 },
    ],
  ]);
  const text = `${await createMetrics(view, processMetrics()).text()}`;
  const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = "", type = ""]) => [name, type]));
  assert.deepEqual(types, new Map(ALL.map(({ name, type }) => [name, type])));
  for (const { name, type, help, labels } of ALL) {
    assert.ok(text.includes(`# HELP ${name} ${help}\n`), name);
    for (const [, braces = ""] of text.matchAll(new RegExp(`^${name}(?:_bucket)?\\{(.*)\\} \\S+$`, "gm"))) {
      const shown = [...braces.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)].map(([, label]) => label);
      assert.deepEqual(new Set(shown), new Set([...labels, ...(type === "histogram" ? ["le"] : [])]), name);
    }
  }
});

function withTable(text: string, group: string, metrics: readonly Described[]): string {
  const [begin, end] = [`<!-- metrics: ${group} -->\n`, "<!-- end -->"];
  const [before, rest] = text.split(begin);
  assert.ok(before !== undefined && rest !== undefined, `docs/metrics.md has no place for ${group}`);
  return `${before}${begin}${tableOf(metrics)}${rest.slice(rest.indexOf(end))}`;
}

function tableOf(metrics: readonly Described[]): string {
  const rows = metrics.map(({ name, type, labels, help }) => {
    const list = labels.map((label) => `\`${label}\``).join(", ");
    return `| \`${name}\` | ${type} | ${list} | ${help} |\n`;
  });
  return `| metric | type | labels | what |\n| --- | --- | --- | --- |\n${rows.join("")}`;
}

/** As far as prom-client knows; it keeps the names of labels where its types do not show them. */
function describedBy(registry: ReturnType<typeof processMetrics>): Described[] {
  return registry.getMetricsAsArray().map((metric) => {
    const { name, help, type, labelNames } = metric as unknown as Omit<Described, "labels"> & { labelNames: string[] };
    return { name, help, type, labels: labelNames };
  });
}
