import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "node:test";
import { flowsDashboard } from "../../../grafana/source/dashboards/flows.ts";
import { DASHBOARDS, textOf } from "../../../grafana/source/files.ts";
import { SCRAPE_SECONDS } from "../../../grafana/source/queries/select.ts";

const FOLDER = path.resolve(import.meta.dirname, "../../../grafana/dashboards");

/** Grafana's ids of the units in use; an id it does not know would be drawn as text behind the number. */
const UNITS = ["Bps", "bytes", "cps", "decbytes", "ms", "ops", "percentunit", "pps", "reqps", "s", "short"];

interface Place {
  x: number;
  y: number;
  w: number;
  h: number;
}

interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: Place;
  datasource?: { uid: string };
  targets?: { refId: string; expr: string; legendFormat?: string }[];
  fieldConfig?: { defaults: { unit?: string }; overrides?: { matcher: { options: string }; properties: unknown[] }[] };
  transformations?: { id: string; options: { configRefId?: string } }[];
  options?: { yAxis?: { unit?: string } };
}

interface Written {
  uid: string;
  panels: Panel[];
  templating: { list?: { name: string; query: string }[] };
}

/** Whether a query finds what was counted in the whole range. */
function isOfRange({ expr }: { expr: string }): boolean {
  return /^sum\(increase\(\w+\[\$__range\]\)\)$/.test(expr);
}

describe("dashboards", () => {
  it("divide by the scrapes that Prometheus makes", async () => {
    const configuration = await readFile(path.resolve(FOLDER, "../../prometheus/prometheus.yml"), "utf8");
    assert.match(configuration, new RegExp(`^  scrape_interval: ${SCRAPE_SECONDS}s$`, "m"));
  });

  it("are written as the source says, and nothing else lies beside them", async () => {
    const files = (await readdir(FOLDER, { recursive: true })).filter((file) => file.endsWith(".json"));
    assert.deepEqual(files.sort(), Object.keys(DASHBOARDS).sort());
    for (const [file, dashboard] of Object.entries(DASHBOARDS)) {
      const written = await readFile(path.join(FOLDER, file), "utf8");
      assert.equal(written, textOf(dashboard), `${file} is not up to date: npm run dashboards`);
    }
  });

  it("say in the title where a value is what was counted in the whole range, since alerts have ranges of their own", () => {
    const panels = Object.values(DASHBOARDS).flatMap((dashboard) => (JSON.parse(textOf(dashboard)) as Written).panels);
    const whole = panels.filter(({ type, targets = [] }) => type === "stat" && targets.some(isOfRange));
    assert.ok(whole.length >= 2);
    for (const { title } of whole) assert.match(title, /in this range$/);
  });

  it("leave the monitoring's own traffic out of every picture of flows where that is chosen", () => {
    const { panels } = JSON.parse(textOf(flowsDashboard)) as Written;
    const heedless = panels.filter(({ targets = [] }) => targets.some(({ expr }) => !expr.includes("$monitoring")));
    // What the exporter has seen of all packets knows no ends.
    assert.deepEqual(
      heedless.map(({ title }) => title),
      ["Coverage"],
    );
  });

  it("draw no limit as a line, which Grafana's scale would reach for, but as a threshold", () => {
    const all = Object.values(DASHBOARDS).flatMap((one) => (JSON.parse(textOf(one)) as Written).panels);
    const limited = all.filter(
      ({ type, targets = [] }) => type === "timeseries" && targets.some(({ legendFormat }) => legendFormat === "limit"),
    );
    assert.deepEqual(limited.map(({ title }) => title).sort(), ["Memory", "Memory of grafana"]);
    for (const { title, targets = [], fieldConfig, transformations = [] } of limited) {
      const [config] = transformations.map(({ options }) => options.configRefId);
      assert.ok(
        targets.some(({ refId, legendFormat }) => refId === config && legendFormat === "limit"),
        title,
      );
      const look = fieldConfig?.overrides?.find(({ matcher }) => matcher.options === "limit");
      assert.match(JSON.stringify(look?.properties), /"custom\.hideFrom","value":\{"viz":true/, title);
    }
  });

  for (const [file, dashboard] of Object.entries(DASHBOARDS)) {
    describe(file, () => {
      const { uid, panels, templating } = JSON.parse(textOf(dashboard)) as Written;
      const drawn = panels.filter(({ type }) => type !== "row");

      it("has its file's name as uid", () => assert.equal(`${uid}.json`, `flowtally-${path.basename(file)}`));

      it("says of each panel what it shows, from the one data source, with a unit Grafana knows", () => {
        for (const panel of drawn) {
          assert.ok((panel.description?.length ?? 0) > 20, panel.title);
          assert.equal(panel.datasource?.uid, "prometheus", panel.title);
          assert.ok(panel.targets && panel.targets.length > 0, panel.title);
          const unit = panel.options?.yAxis?.unit ?? panel.fieldConfig?.defaults.unit;
          if (panel.type === "table" || panel.type === "nodeGraph") continue;
          assert.ok(UNITS.includes(unit ?? ""), `${panel.title}: ${unit}`);
        }
      });

      it("asks nothing too long for the address in which the console asks: with what is chosen, 16 kB is the most", () => {
        for (const { title, targets = [] } of drawn) {
          const longest = Math.max(...targets.map(({ expr }) => encodeURIComponent(expr).length));
          assert.ok(longest < 11_000, `${title}: ${longest}`);
        }
      });

      it("gives panels and queries names that are theirs alone", () => {
        assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
        for (const { title, targets = [] } of drawn) {
          assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length, title);
        }
      });

      it("fills all 24 columns, without a gap or an overlap", () => {
        const cells = new Set<string>();
        for (const { title, gridPos } of panels) {
          for (const cell of cellsOf(gridPos)) {
            assert.ok(!cells.has(cell), `${title} overlaps at ${cell}`);
            cells.add(cell);
          }
        }
        const height = Math.max(...panels.map(({ gridPos }) => gridPos.y + gridPos.h));
        assert.equal(cells.size, 24 * height);
        for (const { title, gridPos } of panels) assert.ok(gridPos.x + gridPos.w <= 24, title);
      });

      it("has just the variables that its queries ask for", () => {
        const declared = (templating.list ?? []).map(({ name }) => name);
        const asking = [...drawn.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))];
        const chained = (templating.list ?? []).map(({ query }) => query);
        const asked = [...asking, ...chained].flatMap((text) =>
          [...text.matchAll(/\$([a-z]\w*)/g)].map(([, name]) => name),
        );
        assert.deepEqual([...new Set(asked)].sort(), declared.sort());
      });
    });
  }
});

function cellsOf({ x, y, w, h }: Place): string[] {
  return Array.from({ length: w * h }, (_, index) => `${x + (index % w)}|${y + Math.floor(index / w)}`);
}
