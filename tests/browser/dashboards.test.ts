import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { noBrowser } from "./lib/chromium.ts";
import { expect } from "./lib/expect.ts";
import { panelFaults } from "./lib/panels.ts";
import { longScreenshot, screenshot } from "./lib/screenshot.ts";
import { consoleSuite } from "./lib/suite.ts";

describe("the dashboards", { skip: noBrowser }, () => {
  const suite = consoleSuite();
  const open = async (name: string) => {
    await suite.open(`dashboards/${name}`);
    await suite.page.getByTestId("panel").first().waitFor();
  };
  const panel = (title: string) => suite.page.getByRole("article", { name: title, exact: true });
  const asked = (part: string) =>
    suite.page.waitForRequest((request) => decodeURIComponent(request.url().replaceAll("+", " ")).includes(part));
  const loaded = () => expect(suite.page.locator("[data-state=loading]")).toHaveCount(0);

  it("draws every panel of every dashboard with data and without an error", async () => {
    const provisioned = suite.server.lab.dashboards.filter(({ uid }) => uid !== "oddities");
    assert.ok(provisioned.length >= 5);
    for (const { uid } of provisioned) {
      await open(uid);
      assert.deepEqual(await panelFaults(suite.page), [], uid);
      await longScreenshot(suite.page, uid, loaded);
    }
    assert.deepEqual(suite.complaints, []);
  });

  it("says in the panel what is unknown, empty or refused", async () => {
    await open("oddities");
    await panel("Unknown type").getByText("Panels of the type “candlestick” are not drawn here").waitFor();
    await panel("Nothing").getByText("No data").waitFor();
    await panel("Broken").getByText("The query failed: parse error: unclosed bracket").waitFor();
    await panel("Words").getByRole("heading", { name: "Heading", exact: true }).waitFor();
    assert.equal((await panelFaults(suite.page)).length, 3);
    await screenshot(suite.page, "oddities");
  });

  it("tells what a firing alert says", async () => {
    await open("flowtally-monitoring");
    const alerts = panel("Alerts that fire");
    await alerts.scrollIntoViewIfNeeded();
    const text = alerts.getByRole("row", { name: "cadvisor" }).locator(".long");
    await expect(text).toHaveText(/^cadvisor cannot be scraped\. Prometheus has had no answer .* brings it back\.$/);
    await expect(alerts.getByRole("columnheader", { name: "What it says" })).toHaveCount(1);
    await screenshot(suite.page, "alerts");
  });

  it("asks only for what is in sight", async () => {
    const queries: string[] = [];
    suite.page.on("request", (request) => queries.push(decodeURIComponent(request.url())));
    await open("flowtally-lab");
    await panel("Read system calls").locator(".u-over").waitFor();
    const latency = () => queries.some((url) => url.includes("bio_latency"));
    assert.equal(latency(), false);
    await panel("Write latency of the disk").scrollIntoViewIfNeeded();
    await panel("Write latency of the disk").locator(".u-over").waitFor();
    assert.equal(latency(), true);
  });

  it("puts what is chosen into the queries, and into the address", async () => {
    await open("flowtally-flows");
    await suite.page.locator("summary").filter({ hasText: "All" }).first().click();
    const one = asked('compose_project=~"etl"');
    await suite.page.getByRole("checkbox", { name: "etl" }).check();
    await one;
    await expect(suite.page).toHaveURL(/var-project=etl/);
    const both = asked('compose_project=~"(etl|shop)"');
    await suite.page.getByRole("checkbox", { name: "shop" }).check();
    await both;
    await screenshot(suite.page, "dashboard-variables");
  });

  it("shows another time, and zooms in by dragging", async () => {
    await open("flowtally-lab");
    const last = suite.page.getByRole("combobox", { name: "Last", exact: true });
    const request = asked("step=15");
    await last.selectOption("1h");
    await request;
    const box = await suite.page.locator(".u-over").first().boundingBox();
    assert.ok(box);
    await suite.page.mouse.move(box.x + 50, box.y + 30);
    await suite.page.mouse.down();
    await suite.page.mouse.move(box.x + 150, box.y + 40, { steps: 5 });
    await suite.page.mouse.up();
    await expect(suite.page).toHaveURL(/from=\d+&to=\d+/);
    await suite.page.getByTitle("Back to now").click();
    await last.waitFor();
    await expect(suite.page).not.toHaveURL(/from=/);
  });

  it("shares one cursor among all panels, and tells values beside it", async () => {
    await open("flowtally-lab");
    const first = await panel("Read system calls").locator(".u-over").boundingBox();
    const second = await panel("Write system calls").locator(".u-over").boundingBox();
    assert.ok(first && second);
    await suite.page.mouse.move(first.x + first.width / 4, first.y + 40);
    await expect(suite.page.locator(".tooltip:not([hidden])")).toHaveCount(1);
    const cursor = await panel("Write system calls").locator(".u-cursor-x").boundingBox();
    assert.ok(cursor);
    const share = (cursor.x - second.x) / second.width;
    assert.ok(Math.abs(share - 0.25) < 0.02, `the other panel's cursor is at ${share}`);
    await screenshot(suite.page, "dashboard-cursor");
  });

  it("switches a series off and on by its name", async () => {
    await open("flowtally-lab");
    const name = panel("Read system calls").getByRole("button", { name: "pread64", exact: true });
    await name.click();
    await expect(name).toHaveAttribute("aria-pressed", "false");
    await name.click();
    await expect(name).toHaveAttribute("aria-pressed", "true");
  });

  it("sorts tables, and leads from a name in one to its dashboard", async () => {
    await open("flowtally-flows");
    const talkers = panel("Top talkers");
    await talkers.scrollIntoViewIfNeeded();
    const heading = talkers.getByRole("columnheader", { name: "Source" });
    await heading.getByRole("button").click();
    await expect(heading).toHaveAttribute("aria-sort", "ascending");
    await talkers.getByRole("link", { name: "etl-worker-1" }).first().click();
    await expect(suite.page).toHaveURL(/flowtally-container\?var-container=etl-worker-1/);
  });
});
