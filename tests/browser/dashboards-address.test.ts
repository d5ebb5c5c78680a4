import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Page } from "playwright";
import { noBrowser, openTab } from "./lib/chromium.ts";
import { expect } from "./lib/expect.ts";
import { loadingInSight } from "./lib/page-facts.ts";
import { consoleSuite } from "./lib/suite.ts";

describe("the address of a dashboard", { skip: noBrowser }, () => {
  const suite = consoleSuite();
  /** Without refreshes, so that only what is clicked can let panels ask. */
  const open = async (name: string) => {
    await suite.open(`dashboards/${name}?refresh=off`);
    await suite.page.getByTestId("panel").first().waitFor();
  };
  const panelOf = (page: Page, title: string) => page.getByRole("article", { name: title, exact: true });
  /** The same address, as a colleague opens it. */
  const elsewhere = async () => {
    const { page } = await openTab(suite.lab.browser);
    await page.goto(suite.page.url());
    return page;
  };

  it("has the series that are switched off; Back switches them on", async () => {
    await open("flowtally-lab");
    const series = (page: Page) =>
      panelOf(page, "Read system calls").getByRole("button", { name: "pread64", exact: true });
    const name = series(suite.page);
    await name.click();
    await expect(name).toHaveAttribute("aria-pressed", "false");
    await expect(suite.page).toHaveURL(/hide=\d+%3Apread64/);
    const colleague = await elsewhere();
    await expect(series(colleague)).toHaveAttribute("aria-pressed", "false");
    await colleague.context().close();
    await suite.page.goBack();
    await expect(name).toHaveAttribute("aria-pressed", "true");
  });

  it("lets no panel ask anew because a series is switched off", async () => {
    await open("flowtally-lab");
    await expect.poll(() => loadingInSight(suite.page)).toBe(0);
    const asked: string[] = [];
    suite.page.on("request", (request) => asked.push(request.url()));
    const name = panelOf(suite.page, "Read system calls").getByRole("button", { name: "pread64", exact: true });
    await name.click();
    await expect(name).toHaveAttribute("aria-pressed", "false");
    assert.deepEqual(
      asked.filter((url) => url.includes("/query_range")),
      [],
    );
  });

  it("has the cells by which a table is filtered; Back takes them away", async () => {
    await open("flowtally-monitoring");
    const rows = (page: Page) => panelOf(page, "Firing alerts").locator("tbody tr");
    await panelOf(suite.page, "Firing alerts").scrollIntoViewIfNeeded();
    await panelOf(suite.page, "Firing alerts").getByRole("button", { name: "cadvisor", exact: true }).click();
    await expect(rows(suite.page)).toHaveCount(1);
    await expect(suite.page).toHaveURL(/only=\d+%3AService%3Dcadvisor/);
    const colleague = await elsewhere();
    await panelOf(colleague, "Firing alerts").scrollIntoViewIfNeeded();
    await expect(rows(colleague)).toHaveCount(1);
    await colleague.context().close();
    await suite.page.goBack();
    await expect(rows(suite.page)).not.toHaveCount(1);
  });
});
