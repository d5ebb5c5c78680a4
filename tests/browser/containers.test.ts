import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NARROW, noBrowser } from "./lib/chromium.ts";
import { expect } from "./lib/expect.ts";
import { answerOnlyFirst } from "./lib/first-answer.ts";
import { cutNumbersOf } from "./lib/page-facts.ts";
import { screenshot } from "./lib/screenshot.ts";
import { consoleSuite } from "./lib/suite.ts";

const WAITING = "Waiting for the exporter’s second reading";

describe("the containers", { skip: noBrowser }, () => {
  const suite = consoleSuite();
  const rows = () => suite.page.locator("tbody tr[data-index]");

  it("tells what each does in its first picture, the busiest first", async () => {
    await answerOnlyFirst(suite.page, "**/api/containers*");
    await suite.open("containers");
    await suite.page.getByText("13 of 13 containers").waitFor();
    await expect(rows().first()).toContainText(/\d %/);
    await expect(rows().first()).toContainText("flow-exporter");
    await expect(rows().first()).toContainText("104 MiB");
    await screenshot(suite.page, "containers");
  });

  it("says that it waits while the exporter has read but once, and which memory it means: that of docker stats", async () => {
    const { lab } = suite.server;
    const known = lab.graph;
    lab.graph = (monitoring, seconds) => {
      const graph = known(monitoring, seconds);
      return { ...graph, links: graph.links.map((link) => ({ ...link, per_second: null })) };
    };
    await suite.open("containers");
    await suite.page.getByText("waiting for the exporter’s second reading to tell rates").waitFor();
    await expect(rows().first().getByTitle(WAITING)).toHaveCount(3);
    await screenshot(suite.page, "containers-waiting");
    lab.graph = known;
    await expect(suite.page.getByTitle(WAITING)).toHaveCount(0);
    await expect(suite.page.locator(".note")).toHaveText("13 of 13 containers");
    await expect(suite.page.getByRole("columnheader", { name: "Memory" })).toHaveAttribute(
      "title",
      /Working set.*docker stats/,
    );
  });

  it("is searched by name, image and project, and says that nothing matches", async () => {
    await suite.open("containers");
    const search = suite.page.getByRole("searchbox", { name: "Search" });
    await search.fill("shop");
    await suite.page.getByText("6 of 13 containers").waitFor();
    await search.fill("registry.example/queue");
    await suite.page.getByText("1 of 13 containers").waitFor();
    await search.fill("nobody");
    await suite.page.getByText("No container matches").waitFor();
    await expect(suite.page).toHaveURL(/search=nobody/);
    await suite.page.goBack();
    await suite.page.getByText("13 of 13 containers").waitFor();
    await expect(search).toHaveValue("");
  });

  it("tells how each does: its state, uptime, restarts, ports, and how CPU and traffic went", async () => {
    await suite.open("containers?sort=name");
    const row = (name: string) => rows().filter({ has: suite.page.getByRole("button", { name, exact: true }) });
    await expect(row("shop-web-1").locator(".state.open")).toHaveText("healthy");
    await expect(row("shop-web-1")).toContainText("8080 → 80");
    await expect(row("shop-api-1").locator(".state.failed")).toHaveText("unhealthy");
    await expect(row("shop-api-1").locator(".trouble")).toHaveText("4");
    await expect(row("shop-api-1")).toContainText("4 h");
    await expect(suite.page.locator(".state.closed")).toHaveText("paused");
    await expect(row("etl-queue-1").locator(".state.unstable")).toHaveText("restarted 12 s ago");
    const heights = await Promise.all((await rows().all()).map(async (one) => (await one.boundingBox())?.height));
    assert.deepEqual([...new Set(heights)], [30], "a state has made its row higher");
    for (const what of ["CPU", "Traffic"]) {
      const trend = suite.page.getByRole("img", { name: `${what} of shop-web-1 in the last 15 minutes` });
      await expect(trend.locator(".spark-line")).toHaveAttribute("d", /^M.*L/);
    }
    assert.deepEqual(await cutNumbersOf(suite.page), []);
    await screenshot(suite.page, "containers-conditions");
    await suite.page.setViewportSize(NARROW);
    await expect(suite.page.getByRole("columnheader", { name: "State" })).toBeVisible();
    await expect(row("etl-queue-1").locator(".state.unstable")).toBeVisible();
    assert.deepEqual(await cutNumbersOf(suite.page), []);
    await screenshot(suite.page, "containers-phone");
  });

  it("sorts by any column", async () => {
    await suite.open("containers");
    const heading = suite.page.getByRole("columnheader", { name: "Container" });
    await heading.getByRole("button").click();
    await expect(heading).toHaveAttribute("aria-sort", "ascending");
    await expect(rows().first()).toContainText("cadvisor");
  });

  it("shows first what needs a look when sorted by state", async () => {
    await suite.open("containers?sort=condition");
    const states = suite.page.locator("tbody .state");
    for (const [at, text] of ["unhealthy", "restarted 12 s ago", "paused"].entries()) {
      await expect(states.nth(at)).toHaveText(text);
    }
  });

  it("tells uptimes as the exporter does, however the browser's clock is set", async () => {
    await suite.page.clock.setFixedTime("2031-05-01T00:00:00Z");
    await suite.open("containers?sort=name");
    const row = rows().filter({ has: suite.page.getByRole("button", { name: "etl-queue-1", exact: true }) });
    await expect(row.locator(".number").first()).toHaveText("12 s");
  });

  it("leads from one to its dashboard, and to its flows", async () => {
    await suite.open("containers");
    await suite.page.getByRole("link", { name: "Flows of shop-db-1" }).click();
    await expect(suite.page).toHaveURL(/flows\?container=shop-db-1/);
    await suite.page.goBack();
    await suite.page.getByRole("button", { name: "shop-db-1" }).click();
    await expect(suite.page).toHaveURL(/dashboards\/flowtally-container\?var-container=shop-db-1/);
    await expect(suite.page.getByRole("combobox", { name: "Container", exact: true })).toHaveValue("shop-db-1");
  });
});
