import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NARROW, noBrowser, WIDE } from "./lib/chromium.ts";
import { expect } from "./lib/expect.ts";
import { clickAndEscapeAtOnce, cutNumbersOf, pixelsOf } from "./lib/page-facts.ts";
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
    assert.ok(provisioned.length >= 10);
    for (const { uid } of provisioned) {
      await open(uid);
      assert.deepEqual(await panelFaults(suite.page), [], uid);
      await longScreenshot(suite.page, uid, loaded);
    }
    assert.deepEqual(suite.complaints, []);
  });

  it("offers dashboards of another program's metrics where there are such, or where one is open", async () => {
    const tabs = suite.page.getByRole("navigation", { name: "Dashboards" });
    const own = ["Lab", "Container", "eBPF programs", "Flows", "Self-monitoring", "Oddities"];
    await open("flowtally-lab");
    await expect(tabs.getByRole("link")).toHaveText(own);
    await open("flowtally-envoy");
    await expect(tabs.getByRole("link")).toHaveText([...own, "Envoy"]);
    suite.server.lab.subjects = ["hubble_flows_processed_total", "cilium_version"];
    await suite.page.reload();
    await expect(tabs.getByRole("link")).toHaveText([...own, "Cilium agent and operator", "Envoy", "Hubble network"]);
    await expect(tabs.locator(".folder")).toHaveText(["cilium"]);
    await screenshot(suite.page, "dashboard-folders");
    await tabs.getByRole("link", { name: "Hubble network" }).click();
    await expect(suite.page).toHaveTitle("Hubble network · Flowtally");
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
    const alerts = panel("Firing alerts");
    await alerts.scrollIntoViewIfNeeded();
    const text = alerts.getByRole("row", { name: "cadvisor" }).locator(".long");
    await expect(text).toHaveText(/^cadvisor cannot be scraped\. Prometheus has had no response .* brings it back\.$/);
    await expect(alerts.getByRole("columnheader", { name: "Description" })).toHaveCount(1);
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

  it("draws no two lines alike, and marks each the same in legend and tooltip", async () => {
    await open("flowtally-flows");
    const chart = panel("Traffic by edge");
    await chart.locator(".u-over").waitFor();
    const looks = (root: string) =>
      suite.page.evaluate<
        string[]
      >(`[...document.querySelectorAll(${JSON.stringify(`${root} .mark line`)})].map((line) =>
        getComputedStyle(line).stroke + " " + line.getAttribute("stroke-dasharray"))`);
    const drawn = await looks("[aria-label='Traffic by edge'] .legend");
    assert.ok(drawn.length > 8, "no second round of colours");
    assert.equal(new Set(drawn).size, drawn.length);
    await chart.getByText(`${drawn.length} lines`).waitFor();
    await chart.locator(".u-over").hover();
    await suite.page.locator(".tooltip:not([hidden])").waitFor();
    const told = await looks(".tooltip:not([hidden])");
    assert.ok(told.length > 8);
    for (const look of told.filter((one) => !one.startsWith("none"))) assert.ok(drawn.includes(look), look);
    await screenshot(suite.page, "dashboard-tooltip");
  });

  it("keeps the look of every series while others come and go", async () => {
    await suite.open("dashboards/flowtally-flows?refresh=off");
    const chart = panel("Traffic by edge");
    const rows = chart.locator(".legend tbody tr");
    await rows.first().waitFor();
    const looks = async () => {
      const found = await suite.page.evaluate<[string, string][]>(`
        [...document.querySelectorAll("[aria-label='Traffic by edge'] .legend tbody tr")].map((row) => {
          const line = row.querySelector(".mark line");
          return [row.innerText.split("\\t")[0], line.getAttribute("stroke") + line.getAttribute("stroke-dasharray")];
        })`);
      return new Map(found);
    };
    const before = await looks();
    assert.ok(before.size > 8);
    // Those whose names come first are gone: all others would move up.
    await suite.page.route("**/query_range?*", async (request) => {
      const answer = await (await request.fetch()).json();
      const result = answer.data.result as { metric: Record<string, string> }[];
      answer.data.result = result.filter(({ metric }) => metric.source !== "etl-worker-1");
      await request.fulfill({ json: answer });
    });
    await suite.page.getByRole("button", { name: "Refresh now" }).click();
    await expect.poll(() => rows.count()).toBeLessThan(before.size);
    const query = chart.getByRole("button", { name: "Query of Traffic by edge" });
    await query.click();
    await chart.locator("pre").first().waitFor();
    await query.click();
    await rows.first().waitFor();
    const after = await looks();
    assert.ok(after.size > 0);
    for (const [name, look] of after) assert.equal(look, before.get(name), name);
  });

  it("draws nothing for the parts of a stack that carry nothing", async () => {
    await open("oddities");
    await panel("Parts of a whole").scrollIntoViewIfNeeded();
    const pixels = (series: string) => pixelsOf(suite.page, "Parts of a whole", series);
    await expect(panel("Parts of a whole").locator(".legend")).toBeVisible();
    await expect.poll(() => pixels("iowait")).toBeGreaterThan(50);
    assert.deepEqual([await pixels("system"), await pixels("user")], [0, 0]);
    await screenshot(suite.page, "dashboard-stack");
  });

  it("fills the screen with a panel, which Back and Escape undo, and shows what it asks", async () => {
    await open("flowtally-lab");
    const chart = panel("Read system calls");
    await chart.hover();
    await chart.getByRole("button", { name: "Read system calls in full screen" }).click();
    await expect(suite.page).toHaveURL(/panel=\d+/);
    const box = await chart.boundingBox();
    assert.deepEqual([box?.width, box?.height], [WIDE.width, WIDE.height]);
    await screenshot(suite.page, "dashboard-full");
    await suite.page.goBack();
    await expect(suite.page).toHaveURL(/flowtally-lab$/);
    await chart.getByRole("button", { name: "Read system calls in full screen" }).click();
    await suite.page.keyboard.press("Escape");
    await expect(chart).not.toHaveClass(/full/);
    await clickAndEscapeAtOnce(suite.page, "Read system calls in full screen");
    await expect(suite.page).toHaveURL(/flowtally-lab$/);
    await expect(chart).not.toHaveClass(/full/);
    await chart.getByRole("button", { name: "Query of Read system calls" }).click();
    await expect(chart.locator("pre").first()).toContainText(/rate\(.*\[\d+s\]/);
    await suite.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await chart.getByRole("button", { name: "Copy" }).first().click();
    await chart.getByRole("button", { name: "Copied" }).waitFor();
    await screenshot(suite.page, "dashboard-query");
    const copied = await suite.page.evaluate<string>("navigator.clipboard.readText()");
    assert.equal(copied, await chart.locator("pre").first().innerText());
    await chart.getByRole("button", { name: "Copy", exact: true }).first().waitFor();
    await suite.page.mouse.move(0, 0);
    await suite.page.locator(":focus").blur();
    const full = chart.getByRole("button", { name: "Read system calls in full screen" });
    assert.ok(((await full.boundingBox())?.width ?? 0) > 10, "no button for the full screen");
    await full.click();
    await suite.page.keyboard.press("Escape");
    await expect(chart.locator("pre")).toHaveCount(0);
    await expect(chart).toHaveClass(/full/);
    await suite.page.keyboard.press("Escape");
    await expect(chart).not.toHaveClass(/full/);
  });

  it("lists targets by their state, what is down first", async () => {
    await open("flowtally-monitoring");
    const targets = panel("Targets");
    await targets.scrollIntoViewIfNeeded();
    await expect(targets.getByRole("listitem")).toHaveText([
      /^cadvisor\s*down$/,
      /^flow-exporter\s*up$/,
      /^prometheus\s*up$/,
    ]);
    await screenshot(suite.page, "dashboard-states");
  });

  it("cuts no number off on a phone", async () => {
    await suite.page.setViewportSize(NARROW);
    await open("flowtally-flows");
    await panel("Traffic").locator(".stat-value").waitFor();
    assert.deepEqual(await cutNumbersOf(suite.page), []);
  });

  it("filters a table by a cell that is clicked", async () => {
    await open("flowtally-monitoring");
    const alerts = panel("Firing alerts");
    await alerts.scrollIntoViewIfNeeded();
    const rows = alerts.locator("tbody tr");
    await expect(rows).not.toHaveCount(1);
    await alerts.getByRole("button", { name: "cadvisor", exact: true }).click();
    await expect(rows).toHaveCount(1);
    await alerts.getByRole("button", { name: "Service: cadvisor" }).click();
    await expect(rows).not.toHaveCount(1);
  });

  it("shows a time that is typed, and says no to one that ends before it begins", async () => {
    await open("flowtally-lab");
    await suite.page.getByRole("button", { name: "From – to" }).click();
    await suite.page.getByLabel("From", { exact: true }).fill("2030-01-31T12:00");
    await suite.page.getByLabel("to", { exact: true }).fill("2030-01-31T11:00");
    await expect(suite.page.getByRole("button", { name: "Show", exact: true })).toBeDisabled();
    await suite.page.getByRole("alert").filter({ hasText: "From must be before to" }).waitFor();
    await screenshot(suite.page, "dashboard-reversed-time");
    await suite.page.getByLabel("to", { exact: true }).fill("2030-01-31T13:00");
    await expect(suite.page.getByRole("alert")).toHaveCount(0);
    await suite.page.getByRole("button", { name: "Show", exact: true }).click();
    await expect(suite.page).toHaveURL(/from=\d+&to=\d+/);
    await screenshot(suite.page, "dashboard-fixed-time");
    await suite.page.goBack();
    await suite.page.getByRole("combobox", { name: "Last", exact: true }).waitFor();
  });

  it("has the name of an unknown dashboard in no window's title", async () => {
    await suite.open("dashboards/flowtaly-lab");
    await suite.page.getByText("There is no dashboard flowtaly-lab").waitFor();
    await expect(suite.page).toHaveTitle("No such dashboard · Flowtally");
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

  it("says that what the address asks for does not exist, instead of showing something else", async () => {
    await suite.open("dashboards/flowtally-container?var-container=world");
    await suite.page.getByText("There is no container world in this range").waitFor();
    await expect(suite.page.getByTestId("panel")).toHaveCount(0);
    await screenshot(suite.page, "dashboard-no-such-container");
    await suite.page.getByRole("combobox", { name: "Container" }).selectOption("shop-db-1");
    await suite.page.getByTestId("panel").first().waitFor();
    await suite.open("dashboards/flowtally-flows?var-container=gone");
    await suite.page.getByText("There is no container gone in this range").waitFor();
    await suite.page.locator("summary").filter({ hasText: "gone" }).click();
    await suite.page.getByRole("checkbox", { name: "shop-db-1" }).check();
    await expect(suite.page).toHaveURL(/var-container=shop-db-1$/);
    await suite.page.getByTestId("panel").first().waitFor();
  });
});
