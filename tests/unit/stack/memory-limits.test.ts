import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { readSettings } from "../../../start/settings/index.ts";
import { layoutOf } from "../../../start/stack/layout.ts";
import { forgetLimit, keepLimit, readKeptLimits, withKeptLimits } from "../../../start/stack/memory-limits.ts";

const settings = readSettings("GRAFANA_MEMORY=512m\n");
let root = "";

describe("a limit found by tuning", () => {
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), "flowtally-"));
    await mkdir(path.join(root, ".flowtally"));
  });
  afterEach(() => rm(root, { recursive: true }));

  it("is used at the next start, until the user sets another one", async () => {
    const layout = layoutOf(root);
    assert.equal(await keepLimit(layout, settings, "grafana", "98m"), true);
    const kept = await readKeptLimits(layout);
    assert.equal(withKeptLimits(settings, kept).GRAFANA_MEMORY, "98m");
    assert.equal(withKeptLimits(settings, kept).PROMETHEUS_MEMORY, "1g");
    assert.equal(withKeptLimits(readSettings("GRAFANA_MEMORY=1g"), kept).GRAFANA_MEMORY, "1g");
  });

  it("goes beside those of other services, and takes the place of its own", async () => {
    const layout = layoutOf(root);
    await keepLimit(layout, settings, "grafana", "98m");
    await keepLimit(layout, settings, "flow-exporter", "70m");
    await keepLimit(layout, settings, "grafana", "99m");
    assert.deepEqual(await readKeptLimits(layout), {
      grafana: { limit: "99m", insteadOf: "512m" },
      "flow-exporter": { limit: "70m", insteadOf: "512m" },
    });
  });

  it("is in .env at once, for those who call Compose themselves", async () => {
    const layout = layoutOf(root);
    await writeFile(layout.env, "GRAFANA_MEMORY='512m'\nCADVISOR_MEMORY='256m'\n");
    await keepLimit(layout, settings, "grafana", "98m");
    assert.equal(await readFile(layout.env, "utf8"), "GRAFANA_MEMORY='98m'\nCADVISOR_MEMORY='256m'\n");
  });

  it("is forgotten on request, and the setting is back in .env; those of others stay", async () => {
    const layout = layoutOf(root);
    await writeFile(layout.env, "GRAFANA_MEMORY='512m'\n");
    await keepLimit(layout, settings, "grafana", "98m");
    await keepLimit(layout, settings, "guard", "16m");
    await forgetLimit(layout, settings, "grafana");
    assert.deepEqual(await readKeptLimits(layout), { guard: { limit: "16m", insteadOf: "32m" } });
    assert.equal(await readFile(layout.env, "utf8"), "GRAFANA_MEMORY='512m'\n");
  });

  it("is not kept for a container that is not the stack's", async () => {
    const layout = layoutOf(root);
    assert.equal(await keepLimit(layout, settings, "somebody-elses", "98m"), false);
    assert.deepEqual(await readKeptLimits(layout), {});
  });
});
