import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Page } from "playwright";
import { NARROW, noBrowser, openTab, WIDE } from "./lib/chromium.ts";
import { expect } from "./lib/expect.ts";
import { type Focused, focusedIn, loadingInSight, overflowOf, painted } from "./lib/page-facts.ts";
import { screenshot } from "./lib/screenshot.ts";
import { consoleSuite } from "./lib/suite.ts";

/** What is there once a page has something to show. */
const SEEN = ".map-picture canvas, tbody tr[data-index], .panel";
/** What every page has for the keyboard, and what each has besides. */
const SHELL = ["Skip to content", "Flowtally", "Service map", "Flows", "Containers", "Dashboards"];
const REACHED = {
  map: [
    "Search",
    "Monitoring’s own traffic",
    "Service map",
    "Zoom in",
    "Zoom out",
    "Fit",
    "Arrange",
    "To",
    "etl-ingest-1",
  ],
  flows: ["Search", "Port", "Protocol", "State", "Pause", "Retransmits"],
  containers: ["Search", "Container", "Memory", "Flows of shop-db-1"],
  "dashboards/flowtally-flows": ["Lab", "Last", "Refresh", "Refresh now", "All", "Monitoring's own traffic"],
};
const MAX_STOPS = 150;

describe("the console", { skip: noBrowser }, () => {
  const suite = consoleSuite();
  const pages = () => [
    "map",
    "flows",
    "containers",
    ...suite.server.lab.dashboards.map(({ uid }) => `dashboards/${uid}`),
  ];
  const go = async (page: Page, place: string) => {
    await page.goto(`${suite.server.url}/#/${place}`);
    // The page before this one has gone once this is it.
    await expect(page.locator('a[aria-current="page"]').first()).toHaveAttribute(
      "href",
      new RegExp(place.split("/")[0] ?? ""),
    );
    await page.locator(SEEN).first().waitFor();
    await expect.poll(() => loadingInSight(page)).toBe(0);
    await painted(page);
  };

  for (const colorScheme of ["dark", "light"] as const) {
    for (const [size, viewport] of Object.entries({ wide: WIDE, narrow: NARROW })) {
      it(`shows every page, ${colorScheme} and ${size}, without complaint or overflow`, async () => {
        const { page, complaints } = await openTab(suite.lab.browser, { colorScheme, viewport });
        for (const place of pages()) {
          await go(page, place);
          await expect(page.locator("html")).toHaveAttribute("data-theme", colorScheme);
          const overflow = await overflowOf(page);
          assert.ok(overflow <= 0, `${place} is ${overflow} px too wide`);
          await screenshot(page, `${place.replace("dashboards/", "")}-${size}-${colorScheme}`);
        }
        // The oddities have a query that is refused, which a browser notes by itself.
        assert.deepEqual(
          complaints.filter((text) => !text.includes("400 (Bad Request)")),
          [],
        );
        await page.context().close();
      });
    }
  }

  it("shows details on a narrow screen without overflow", async () => {
    const { page } = suite;
    await page.setViewportSize(NARROW);
    for (const place of ["map", "flows"]) {
      await go(page, place);
      await page.locator("tbody tr[data-index] button").first().click();
      await page.getByTestId("details").waitFor();
      assert.ok((await overflowOf(page)) <= 0, place);
      await screenshot(page, `${place}-details-narrow`);
    }
  });

  it("says that it shows a recording, and its time as all others, whatever the browser's language", async () => {
    suite.server.lab.recordedAt = "2030-01-31T20:03:10.000Z";
    const { page } = await openTab(suite.lab.browser, { locale: "en-US", timezoneId: "America/New_York" });
    await go(page, "flows");
    await expect(page.getByTestId("recording")).toContainText("ended at 2030-01-31 15:03:10; once");
    await expect(page.locator(".note")).toHaveText(/^[\d,]+ flows$/);
    await screenshot(page, "flows-recording");
    await page.context().close();
  });

  it("says that names of Kubernetes are missing, and why, for as long as that is so", async () => {
    suite.server.lab.servicesFault = "the service account has no right to list and watch services (403)";
    const { page } = await openTab(suite.lab.browser, {});
    await go(page, "map");
    const banner = page.getByTestId("names-down");
    await expect(banner).toContainText("kubernetes-services: the service account has no right");
    await expect(banner).not.toContainText("kubelet");
    await screenshot(page, "map-names-down");
    suite.server.lab.servicesFault = undefined;
    await expect(banner).toHaveCount(0, { timeout: 15_000 });
    await page.context().close();
  });

  it("says that translated addresses are not followed, and what that means, for as long as that is so", async () => {
    suite.server.lab.natFault =
      "NAT is not followed: this kernel has no nf_conntrack in /proc (CONFIG_NF_CONNTRACK_PROCFS)";
    const { page } = await openTab(suite.lab.browser, {});
    await go(page, "map");
    const banner = page.getByTestId("nat-unknown");
    await expect(banner).toContainText("stays two in the store");
    await expect(banner).toContainText("CONFIG_NF_CONNTRACK_PROCFS");
    await screenshot(page, "map-nat-unknown");
    suite.server.lab.natFault = undefined;
    await expect(banner).toHaveCount(0, { timeout: 15_000 });
    await page.context().close();
  });

  it("says that flows are not stored, and why, for as long as that is so", async () => {
    suite.server.lab.storeFault = "UNREACHABLE: connect ECONNREFUSED 172.17.0.1:5432";
    const { page } = await openTab(suite.lab.browser, {});
    await go(page, "map");
    await expect(page.getByTestId("store-down")).toContainText("ECONNREFUSED 172.17.0.1:5432");
    await screenshot(page, "map-store-down");
    suite.server.lab.storeFault = undefined;
    await expect(page.getByTestId("store-down")).toHaveCount(0, { timeout: 15_000 });
    await page.context().close();
  });

  it("switches its colours, and remembers the choice", async () => {
    const { page } = suite;
    await suite.open("map");
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
    await page.getByRole("button", { name: "Switch to light colours" }).click();
    await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
    await page.reload();
    await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  });

  for (const [place, names] of Object.entries(REACHED)) {
    it(`is reached with the keyboard alone, and shows where it is: ${place}`, async () => {
      await go(suite.page, place);
      const reached = await tabThrough(suite.page);
      const missing = [...SHELL, ...names].filter((name) => !reached.some((one) => one.name === name));
      assert.deepEqual(missing, [], `reached: ${reached.map(({ name }) => name).join(" | ")}`);
      assert.deepEqual(
        reached.filter(({ outlined }) => !outlined),
        [],
      );
    });
  }

  it("is led through with the keyboard: skip link, pages, a dashboard", async () => {
    const { page } = suite;
    await go(page, "map");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await expect(page.locator("#content")).toBeFocused();
    await page.getByRole("link", { name: "Dashboards", exact: true }).focus();
    await page.keyboard.press("Enter");
    const other = page.getByRole("navigation", { name: "Dashboards" }).getByRole("link", { name: "Container" });
    await other.focus();
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/dashboards\/flowtally-container/);
    await page.locator(".u-over").first().waitFor();
  });
});

/** Presses Tab until the focus leaves the page; what it came by. */
async function tabThrough(page: Page): Promise<Focused[]> {
  const reached: Focused[] = [];
  while (reached.length < MAX_STOPS) {
    await page.keyboard.press("Tab");
    const focused = await focusedIn(page);
    if (focused === undefined) break;
    reached.push(focused);
  }
  return reached;
}
