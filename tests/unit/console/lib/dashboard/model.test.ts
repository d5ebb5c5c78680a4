import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "node:test";
import { parseDashboard } from "../../../../../exporters/console/lib/dashboard/model.ts";
import type { RawDashboard } from "../../../../../exporters/console/lib/dashboard/raw.ts";

const FOLDER = path.resolve(import.meta.dirname, "../../../../../grafana/dashboards");
const DRAWN = new Set(["timeseries", "state-timeline", "stat", "heatmap", "table", "text", "nodeGraph"]);

describe("parseDashboard", () => {
  const raw: RawDashboard = {
    uid: "u",
    title: "T",
    time: { from: "now-1h", to: "now" },
    refresh: "10s",
    panels: [
      {
        id: 1,
        type: "stat",
        gridPos: { x: 0, y: 0, w: 4, h: 4 },
        targets: [{ expr: "up" }, { expr: "no", hide: true }],
      },
      { type: "row", title: "More" },
      { id: 2, type: "timeseries", interval: "15s", targets: [{ expr: "up", legendFormat: "__auto" }] },
      { type: "row", title: "Folded", panels: [{ id: 3, type: "text", options: { content: "hello" } }] },
    ],
  };
  const dashboard = parseDashboard(raw);

  it("reads time and refresh", () => {
    assert.deepEqual([dashboard.rangeSeconds, dashboard.refreshSeconds], [3600, 10]);
    assert.deepEqual([parseDashboard({}).rangeSeconds, parseDashboard({ refresh: false }).refreshSeconds], [900, 0]);
  });

  it("puts panels under the row before them, and opens rows that are folded", () => {
    const titles = dashboard.sections.map(({ title, panels }) => [title, ...panels.map(({ id }) => id)]);
    assert.deepEqual(titles, [
      ["", 1],
      ["More", 2],
      ["Folded", 3],
    ]);
  });

  it("leaves out hidden queries, and takes a panel's interval for those without", () => {
    const [stat, chart] = dashboard.sections.flatMap(({ panels }) => panels);
    assert.equal(stat?.targets.length, 1);
    assert.deepEqual([chart?.targets[0]?.minStep, chart?.targets[0]?.legend], [15, ""]);
  });
});

describe("the provisioned dashboards", async () => {
  const names = (await readdir(FOLDER, { recursive: true })).filter((name) => name.endsWith(".json"));
  it("are there", () => assert.ok(names.length >= 5));
  for (const name of names) {
    it(`${name} has only panels and variables that the console knows`, async () => {
      const { sections, variables } = parseDashboard(JSON.parse(await readFile(path.join(FOLDER, name), "utf8")));
      const panels = sections.flatMap((section) => section.panels);
      assert.ok(panels.length > 0);
      assert.deepEqual(
        panels.filter(({ type }) => !DRAWN.has(type)),
        [],
      );
      assert.deepEqual(
        variables.filter(({ source, options, hidden }) => !source && options.length === 0 && !hidden),
        [],
      );
    });
  }
});

it("knows limits as the lines that Grafana hides, and states by their words", () => {
  const hidden = { id: "custom.hideFrom", value: { viz: true } };
  const mappings = [{ type: "value", options: { "0": { text: "down", color: "red" } } }];
  const fieldConfig = {
    defaults: { mappings },
    overrides: [{ matcher: { id: "byName", options: "limit" }, properties: [hidden] }],
  };
  const [section] = parseDashboard({ panels: [{ type: "timeseries", fieldConfig }] }).sections;
  assert.deepEqual([...(section?.panels[0]?.limits ?? [])], ["limit"]);
  assert.deepEqual(section?.panels[0]?.words.get(0), { text: "down", level: "bad" });
});

it("asks nothing that is but for a threshold of Grafana's", () => {
  const targets = ["A", "limit"].map((refId) => ({ refId, expr: "limit" }));
  const transformations = [{ id: "configFromData", options: { configRefId: "limit" } }];
  const [section] = parseDashboard({ panels: [{ type: "timeseries", targets, transformations }] }).sections;
  assert.deepEqual(
    section?.panels[0]?.targets.map(({ refId }) => refId),
    ["A"],
  );
});
