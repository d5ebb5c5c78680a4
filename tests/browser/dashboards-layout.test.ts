import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Locator } from "playwright";
import { NARROW, noBrowser, WIDE } from "./lib/chromium.ts";
import { expect } from "./lib/expect.ts";
import { cutTitlesOf } from "./lib/page-facts.ts";
import { screenshot } from "./lib/screenshot.ts";
import { consoleSuite } from "./lib/suite.ts";

describe("the layout of a dashboard", { skip: noBrowser }, () => {
  const suite = consoleSuite();
  const open = async (name: string) => {
    await suite.open(`dashboards/${name}`);
    await suite.page.getByTestId("panel").first().waitFor();
  };
  const panel = (title: string) => suite.page.getByRole("article", { name: title, exact: true });
  const boxOf = async (part: Locator) => {
    const box = await part.boundingBox();
    assert.ok(box, "it is not shown");
    return box;
  };

  for (const size of [WIDE, NARROW]) {
    it(`has a stat's value grow with the panel at a width of ${size.width}`, async () => {
      await suite.page.setViewportSize(size);
      await open("flowtally-lab");
      const stat = panel("Host CPU");
      const value = stat.locator(".stat-value");
      const small = await boxOf(value);
      await stat.hover();
      await stat.getByRole("button", { name: "Host CPU in full screen" }).click();
      await expect(stat).toHaveClass(/full/);
      const { width, height } = await boxOf(stat);
      assert.deepEqual({ width, height }, size);
      assert.ok((await boxOf(value)).height > 2 * small.height);
      await screenshot(suite.page, `dashboard-full-stat-${size.width}`);
    });

    it(`shows the whole query of a stat at a width of ${size.width}`, async () => {
      await suite.page.setViewportSize(size);
      await open("flowtally-lab");
      const stat = panel("Host CPU");
      await stat.hover();
      await stat.getByRole("button", { name: "Query of Host CPU" }).click();
      const [outer, copy] = [await boxOf(stat), await boxOf(stat.getByRole("button", { name: "Copy" }).last())];
      assert.ok(copy.y + copy.height <= outer.y + outer.height, "the last button is outside of the panel");
      await stat.getByRole("button", { name: "Copy" }).last().click();
      await screenshot(suite.page, `dashboard-stat-query-${size.width}`);
    });

    it(`writes several values of a panel above their trends at a width of ${size.width}`, async () => {
      await suite.page.setViewportSize(size);
      await open("flowtally-lab");
      const stats = panel("Open connections").locator(".stat");
      await expect(stats).toHaveCount(2);
      for (const stat of await stats.all()) {
        const [value, trend] = [await boxOf(stat.locator(".stat-value")), await boxOf(stat.locator("svg"))];
        assert.ok(
          value.y + value.height <= trend.y + 1,
          `the value ends at ${value.y + value.height}, the trend begins at ${trend.y}`,
        );
      }
    });

    it(`cuts no panel's title off at a width of ${size.width}`, async () => {
      await suite.page.setViewportSize(size);
      for (const { uid } of suite.server.lab.dashboards) {
        await open(uid);
        assert.deepEqual(await cutTitlesOf(suite.page), [], uid);
      }
    });
  }

  it("leaves the tabs their line while a time is typed", async () => {
    await open("flowtally-lab");
    const tabs = suite.page.getByRole("navigation", { name: "Dashboards" });
    const before = await boxOf(tabs);
    await suite.page.getByRole("button", { name: "From – to" }).click();
    const after = await boxOf(tabs);
    assert.equal(after.height, before.height);
    const fields = await boxOf(suite.page.locator(".fixed-time"));
    assert.ok(fields.y >= after.y + after.height, "the fields stand beside the tabs");
    await screenshot(suite.page, "dashboard-fixed-time-fields");
  });

  it("has the fields for a time one below the other on a phone", async () => {
    await suite.page.setViewportSize(NARROW);
    await open("flowtally-lab");
    await suite.page.getByRole("button", { name: "From – to" }).click();
    const from = await boxOf(suite.page.getByLabel("From", { exact: true }));
    const to = await boxOf(suite.page.getByLabel("to", { exact: true }));
    assert.ok(to.y >= from.y + from.height, "they stand beside each other");
    assert.ok(from.width > NARROW.width * 0.75, `a field is ${from.width} px wide`);
    await screenshot(suite.page, "dashboard-fixed-time-390");
  });

  it("leaves the title of a small panel readable under the mouse", async () => {
    await open("flowtally-monitoring");
    const stat = panel("Blind time in this range");
    await stat.hover();
    const tool = await boxOf(stat.getByRole("button", { name: "Query of Blind time in this range" }));
    const title = await boxOf(stat.getByRole("heading"));
    assert.ok(tool.y >= title.y + title.height, "the tools lie over the title");
    await screenshot(suite.page, "dashboard-stat-tools");
  });
});
