import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { type Browser, chromium, type Page } from "playwright";
import { bundleConsole } from "../../start/images/console.ts";
import { manyFlows } from "./lab/flows.ts";
import { crowd, shop } from "./lab/graph.ts";
import { type Lab, LabServer } from "./lab/server.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const SHOTS = path.join(ROOT, "test-results/console");
const QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"];

/** The console in a real browser, with made-up answers: what it shows is known. */
describe("the console", () => {
  let folder: string;
  let server: LabServer;
  let browser: Browser;
  let page: Page;
  let errors: string[];

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "flowtally-browser-"));
    await bundleConsole(path.join(ROOT, "exporters/console"), folder);
    await mkdir(SHOTS, { recursive: true });
    server = new LabServer(folder, await lab());
    await server.start();
    browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: QUIET });
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    server.lab.graph = shop;
    server.lab.prometheus = true;
    await page?.close();
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    errors = [];
    page.on("pageerror", (error) => errors.push(error.message));
  });

  const open = (hash: string) => page.goto(`${server.url}/${hash}`);
  const shot = (name: string) => page.screenshot({ path: path.join(SHOTS, `${name}.png`) });

  it("shows the service map, and its edges as a table for the keyboard", async () => {
    await open("#/map");
    await page.locator("canvas").first().waitFor();
    await page.getByText("shop-api-1").first().waitFor();
    await shot("map");
    assert.deepEqual(errors, []);
  });

  it("draws 2,000 edges", async () => {
    server.lab.graph = (_monitoring, seconds) => crowd(2000, seconds);
    await open("#/map");
    await page
      .getByRole("status")
      .getByText(/^300 endpoints/)
      .waitFor();
    await page.locator("canvas").first().waitFor();
    await shot("map-2000");
    assert.deepEqual(errors, []);
  });

  it("shows 10,000 flows, and those of one port when asked", async () => {
    await open("#/flows");
    const count = page.getByRole("status");
    await count.getByText(/^10.000 flows/).waitFor();
    await page.getByLabel("Port").fill("5432");
    await page.keyboard.press("Enter");
    await count.getByText(/^10.000 flows/).waitFor({ state: "detached" });
    await shot("flows");
    assert.deepEqual(errors, []);
  });

  it("draws every panel of every dashboard with data and without an error", async () => {
    for (const { uid, title } of server.lab.dashboards) {
      await open(`#/dashboards/${uid}`);
      const panels = page.getByTestId("panel");
      await panels.first().waitFor();
      for (const panel of await panels.all()) {
        await panel.scrollIntoViewIfNeeded();
        await panel.locator("[data-state=loading]").waitFor({ state: "detached" });
        const trouble = await panel.locator("[data-state]").allInnerTexts();
        assert.deepEqual(trouble, [], `${title} / ${await panel.getAttribute("aria-label")}`);
      }
      await panels.first().scrollIntoViewIfNeeded();
      await shot(uid);
    }
    assert.deepEqual(errors, []);
  });

  it("says that Prometheus cannot be reached, and goes on when it can", async () => {
    server.lab.prometheus = false;
    await open("#/dashboards");
    const banner = page.getByText("Prometheus cannot be reached");
    await banner.waitFor();
    await shot("prometheus-down");
    server.lab.prometheus = true;
    await banner.waitFor({ state: "detached", timeout: 30_000 });
  });

  it("heals when the exporter is back", async () => {
    await open("#/containers");
    await page.getByText("shop-db-1").first().waitFor();
    await server.stop();
    try {
      await page.getByText("does not answer").first().waitFor({ timeout: 15_000 });
      await shot("exporter-down");
    } finally {
      await server.start();
    }
    await page.getByText("does not answer").first().waitFor({ state: "detached", timeout: 15_000 });
  });

  for (const name of ["map", "flows", "containers", "dashboards"]) {
    it(`fits a narrow screen: ${name}`, async () => {
      await page.setViewportSize({ width: 390, height: 844 });
      await open(`#/${name}`);
      await page.getByRole("main").getByRole("heading").first().waitFor({ state: "attached" });
      await shot(`narrow-${name}`);
      const width = await page.evaluate("document.documentElement.scrollWidth");
      assert.equal(width, 390);
    });
  }
});

async function lab(): Promise<Lab> {
  const dashboards = path.join(ROOT, "grafana/dashboards");
  const names = (await readdir(dashboards)).filter((name) => name.endsWith(".json")).sort();
  const read = await Promise.all(names.map((name) => readFile(path.join(dashboards, name), "utf8")));
  return { graph: shop, flows: manyFlows(10_000), dashboards: read.map((text) => JSON.parse(text)), prometheus: true };
}
