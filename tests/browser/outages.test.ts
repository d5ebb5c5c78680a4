import { describe, it } from "node:test";
import type { Page } from "playwright";
import { noBrowser, openTab } from "./lib/chromium.ts";
import { expect } from "./lib/expect.ts";
import { screenshot } from "./lib/screenshot.ts";
import { consoleSuite } from "./lib/suite.ts";

const PLACES = ["flows", "containers", "dashboards/flowtally-lab?refresh=5s"];

describe("when something does not answer, the console", { skip: noBrowser }, () => {
  const suite = consoleSuite();
  const reconnecting = () => suite.page.getByTestId("reconnecting");
  const prometheusDown = () => suite.page.getByTestId("prometheus-down");

  it("says that it is reconnecting while the exporter restarts, keeps what it showed, and goes on", async () => {
    await suite.open("map");
    await suite.page.locator(".map-picture canvas").first().waitFor();
    await suite.server.stop();
    try {
      await reconnecting().waitFor();
      await expect(reconnecting()).toContainText("Reconnecting");
      await expect(suite.page.getByTestId("map")).toHaveAttribute("data-nodes", "14");
      await screenshot(suite.page, "exporter-down");
    } finally {
      await suite.server.start();
    }
    await expect(reconnecting()).toHaveCount(0);
  });

  it("heals on every page after the exporter was away", async () => {
    const tabs = await Promise.all(PLACES.map(() => openTab(suite.lab.browser)));
    const seen = (page: Page) => page.locator("tbody tr[data-index], .u-over").first().waitFor();
    for (const [index, { page }] of tabs.entries()) {
      await page.goto(`${suite.server.url}/#/${PLACES[index]}`);
      await seen(page);
    }
    await suite.server.stop();
    try {
      for (const { page } of tabs) await page.getByTestId("reconnecting").waitFor();
    } finally {
      await suite.server.start();
    }
    for (const { page } of tabs) {
      await expect(page.getByTestId("reconnecting")).toHaveCount(0);
      await seen(page);
      await page.context().close();
    }
  });

  it("says once that Prometheus cannot be reached, shows the rest, and goes on once it can", async () => {
    suite.server.lab.prometheus = false;
    await suite.open("dashboards/flowtally-lab?refresh=5s");
    await expect(prometheusDown()).toHaveCount(1);
    await suite.page.getByText("Waiting for Prometheus").first().waitFor();
    await screenshot(suite.page, "prometheus-down");
    await suite.page.getByRole("link", { name: "Service map" }).click();
    await suite.page.locator(".map-picture canvas").first().waitFor();
    await suite.page.goBack();
    suite.server.lab.prometheus = true;
    await expect(prometheusDown()).toHaveCount(0);
    await suite.page.locator(".u-over").first().waitFor();
  });

  it("says where nothing is, and what to do about it", async () => {
    await suite.open("nowhere");
    await suite.page.getByText("Page not found").waitFor();
    await suite.open("dashboards/nowhere");
    await suite.page.getByText("There is no dashboard nowhere").waitFor();
    await screenshot(suite.page, "no-such-dashboard");
  });
});
