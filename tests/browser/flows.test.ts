import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { manyFlows } from "./lab/flows.ts";
import { noBrowser } from "./lib/chromium.ts";
import { expect } from "./lib/expect.ts";
import { screenshot } from "./lib/screenshot.ts";
import { consoleSuite } from "./lib/suite.ts";

describe("the flows", { skip: noBrowser }, () => {
  const suite = consoleSuite();
  const rows = () => suite.page.locator("tbody tr[data-index]");
  const note = () => suite.page.locator(".note");
  const openFlows = async (query = "") => {
    await suite.open(`flows${query}`);
    await rows().first().waitFor();
  };

  it("filters by container, port, protocol and state, in the address too", async () => {
    await openFlows();
    await suite.page.getByLabel("Container").fill("shop-db-1");
    await suite.page.keyboard.press("Enter");
    await suite.page.getByLabel("Port").fill("5432");
    await suite.page.keyboard.press("Enter");
    await suite.page.getByLabel("Protocol").selectOption("tcp");
    await suite.page.getByLabel("State").selectOption("closed");
    await expect(suite.page).toHaveURL(/container=shop-db-1&port=5432&protocol=tcp&state=closed/);
    await expect(suite.page.locator(".state.open")).toHaveCount(0);
    const [source = "", destination = "", port] = await rows().first().locator("th, td").allInnerTexts();
    assert.ok([source, destination].includes("shop-db-1"));
    assert.equal(port, "5432");
    await screenshot(suite.page, "flows-filtered");
  });

  it("takes its filters from the address", async () => {
    await openFlows("?port=443&state=open");
    await expect(suite.page.getByLabel("Port")).toHaveValue("443");
    await expect(suite.page.getByLabel("State")).toHaveValue("open");
    const open = manyFlows(10_000).filter((flow) => flow.destination_port === 443 && flow.end === null).length;
    await expect(note()).toContainText(numberIn(open));
  });

  it("says that nothing matches, and what the exporter says of a bad filter", async () => {
    await suite.open("flows?container=nobody");
    await suite.page.getByText("No flow matches").waitFor();
    await screenshot(suite.page, "flows-none");
    await suite.open("flows?port=99999");
    await suite.page.getByText('port is "99999", but must be').waitFor();
    await expect(suite.page.locator("table")).toBeHidden();
    await screenshot(suite.page, "flows-refused");
  });

  it("sorts at the exporter, the largest first, then the other way", async () => {
    await openFlows();
    const heading = suite.page.getByRole("columnheader", { name: "Retransmits" });
    await heading.getByRole("button").click();
    await expect(suite.page).toHaveURL(/sort=-retransmits/);
    await expect(heading).toHaveAttribute("aria-sort", "descending");
    await expect(suite.page.locator("tbody .trouble").first()).toHaveText("20");
    await heading.getByRole("button").click();
    await expect(heading).toHaveAttribute("aria-sort", "ascending");
    await expect(suite.page.locator("tbody .trouble")).toHaveCount(0);
  });

  it("is live: a new flow is there without being asked for", async () => {
    suite.server.lab.flows = manyFlows(25);
    await openFlows();
    await expect(note()).toContainText("25 flows, live");
    suite.server.lab.flows = manyFlows(26);
    await expect(note()).toContainText("26 flows, live");
    await expect(suite.page.locator("table")).toHaveAttribute("aria-rowcount", "27");
  });

  it("stands still while paused, and goes on", async () => {
    suite.server.lab.flows = manyFlows(25);
    await openFlows();
    await suite.page.getByRole("button", { name: "Pause" }).click();
    await expect(note()).toContainText("as of");
    // What was on its way when it was paused has come once this has.
    await suite.page.waitForLoadState("networkidle");
    suite.server.lab.flows = manyFlows(26);
    const asked = suite.page.waitForRequest(/api\/flows/, { timeout: 4000 });
    await assert.rejects(asked, /Timeout/);
    await expect(note()).toContainText("25 flows");
    await suite.page.getByRole("button", { name: "Go on" }).click();
    await expect(note()).toContainText("26 flows, live");
  });

  it("tells all about a flow, and closes with Escape", async () => {
    await openFlows("?sort=start");
    await rows().first().getByRole("button").click();
    const details = suite.page.getByTestId("details");
    await details.getByText("Work of node").waitFor();
    await details.getByText("172.18.0.9").first().waitFor();
    await screenshot(suite.page, "flows-details");
    await suite.page.keyboard.press("Escape");
    await expect(details).toHaveCount(0);
  });
});

/** A count with any separator of thousands. */
function numberIn(count: number): RegExp {
  return new RegExp(`^${String(count).replace(/\B(?=(\d{3})+$)/g, "\\D?")} flows`);
}
