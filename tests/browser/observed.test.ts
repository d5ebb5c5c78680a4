import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { manyFlows, toldFlows } from "./lab/flows.ts";
import { observedShop, shop } from "./lab/graph.ts";
import { noBrowser } from "./lib/chromium.ts";
import { expect } from "./lib/expect.ts";
import { drawnClasses, edgeLabel } from "./lib/map.ts";
import { cutNumbersOf, overflowOf } from "./lib/page-facts.ts";
import { screenshot } from "./lib/screenshot.ts";
import { consoleSuite } from "./lib/suite.ts";

const RELAY = "hubble:relay:4245";

describe("what others observe, on the map", { skip: noBrowser }, () => {
  const suite = consoleSuite();
  beforeEach(async () => {
    suite.server.lab.graph = observedShop;
    await suite.open("map");
    await suite.page.locator(".map-picture canvas").first().waitFor();
  });

  const map = () => suite.page.getByTestId("map");
  const observed = () => suite.page.getByTestId("observed");

  it("is drawn apart: by others only, by both, and where packets are dropped", async () => {
    const { nodes } = observedShop(false, 0);
    await expect(map()).toHaveAttribute("data-nodes", String(nodes.length));
    const classes = (id: string) => drawnClasses(suite.page, id);
    assert.deepEqual(await classes("shop-web-1\nshop-api-1"), ["active", "both"]);
    assert.deepEqual(await classes("shop-web-1\nshop-search-1"), ["active"]);
    assert.deepEqual(await classes("prod/api-7d4b9\nprod/worker-5c8f2"), ["active", "told"]);
    assert.deepEqual(await classes("prod/worker-5c8f2\nshop-db-1"), ["dropping", "told"]);
    assert.match(await edgeLabel(suite.page, "prod/worker-5c8f2\nshop-db-1"), /^:5432( drops 100 %)?$/);
    await suite.page.getByText("seen by others only, without bytes").waitFor();
    await screenshot(suite.page, "observed-map");
    await suite.page.getByRole("button", { name: "Switch to light colours" }).click();
    await screenshot(suite.page, "observed-map-light");
    assert.deepEqual(suite.complaints, []);
  });

  it("is told in the panel of an edge: verdicts, drops, requests and names", async () => {
    await suite.open(`map?${new URLSearchParams({ edge: "prod/worker-5c8f2\nshop-db-1" })}`);
    await expect(observed()).toContainText(/DROPPED\s*240.*POLICY_DENIED\s*240/s);
    await expect(suite.page.getByTestId("details")).not.toContainText("Retransmits");
    await screenshot(suite.page, "observed-dropped");
    await suite.open(`map?${new URLSearchParams({ edge: "shop-web-1\nshop-api-1" })}`);
    await expect(observed()).toContainText(/6\.50 events\/s.*GET 9,800, POST 500.*503\s*140.*23\.1 ms/s);
    await expect(suite.page.getByTestId("details")).toContainText("Retransmits");
    await screenshot(suite.page, "observed-http");
    await suite.open(`map?${new URLSearchParams({ edge: "prod/api-7d4b9\nkube-system/coredns-66bc5" })}`);
    await expect(observed()).toContainText(/DNS queries\s*460.*No Error 420, Non-Existent Domain 30/s);
  });

  it("is beside the work of the container that it is about", async () => {
    await suite.open(`map?${new URLSearchParams({ node: "shop-db-1" })}`);
    await expect(suite.page.getByTestId("details")).toContainText(/3\.10 % now, 1\.26 min in all.*60 MiB/s);
    await screenshot(suite.page, "observed-node");
  });

  it("can be switched off by who tells it, which the address keeps", async () => {
    await suite.page.getByLabel("hubble relay").uncheck();
    await expect(suite.page).toHaveURL(/without=hubble%3Arelay%3A4245/);
    // What the metrics alone tell is left: a pod and its way out.
    await expect(map()).toHaveAttribute("data-nodes", String(shop(false, 0).nodes.length + 1));
    await suite.page.getByLabel("hubble-metrics").uncheck();
    await expect(map()).toHaveAttribute("data-nodes", String(shop(false, 0).nodes.length));
    await suite.page.getByLabel("kernel").uncheck();
    await suite.page.getByText("No traffic right now").waitFor();
    await suite.page.reload();
    await suite.page.getByLabel("hubble relay").check();
    await expect(map()).toHaveAttribute("data-edges", "5");
    assert.deepEqual(await drawnClasses(suite.page, "shop-web-1\nshop-api-1"), ["active", "told"]);
  });

  it("is in the table too, for those who do not see the map", async () => {
    await suite.page.getByRole("button", { name: "Dropped" }).click();
    const row = suite.page.getByRole("row").filter({ hasText: "prod/worker-5c8f2" }).filter({ hasText: "shop-db-1" });
    await expect(row).toContainText(/5432.*240.*hubble relay/s);
    assert.match(
      await suite.page.locator("tbody tr[data-index]").first().innerText(),
      /^prod\/worker-5c8f2\s+shop-db-1/,
    );
    await suite.page.setViewportSize({ width: 400, height: 800 });
    await expect(row).toContainText(/240/);
    assert.ok((await overflowOf(suite.page)) <= 0);
    await screenshot(suite.page, "observed-narrow");
  });

  it("shows no switch, no column and no word of it where nobody else is asked", async () => {
    suite.server.lab.graph = shop;
    await suite.page.reload();
    await expect(map()).toHaveAttribute("data-nodes", "14");
    assert.equal(await suite.page.getByText("Seen by").count(), 0);
    assert.equal(await suite.page.getByText("seen by others only").count(), 0);
  });

  it("names who tells it as it is called", async () => {
    await expect(suite.page.locator("fieldset.origins label").nth(2)).toHaveAttribute("title", RELAY);
  });
});

describe("what others observe, in the list of flows", { skip: noBrowser }, () => {
  const suite = consoleSuite();
  const rows = () => suite.page.locator("tbody tr[data-index]");
  beforeEach(() => {
    suite.server.lab.flows = [...toldFlows(), ...manyFlows(40)];
  });

  it("has verdict, request and answer, and none of ours where it has none", async () => {
    await suite.open(`flows?${new URLSearchParams({ origin: RELAY })}`);
    await expect(rows()).toHaveCount(3);
    await expect(rows().filter({ hasText: "GET /items?of=7 → 503" })).toContainText("–");
    await suite.page.getByText("DNS A nobody.shop. → no such name").waitFor();
    await screenshot(suite.page, "observed-flows");
    await suite.page.getByLabel("Verdict").selectOption("DROPPED");
    await expect(rows()).toHaveCount(1);
    await expect(rows().first()).toContainText("not answered");
    await rows().first().getByRole("rowheader").click();
    await expect(suite.page.getByTestId("details")).toContainText(/Told by.*hubble:relay:4245.*node-b.*POLICY_DENIED/s);
    await screenshot(suite.page, "observed-flow");
    assert.deepEqual(suite.complaints, []);
  });

  it("is beside ours, also on a telephone", async () => {
    await suite.page.setViewportSize({ width: 400, height: 800 });
    await suite.open("flows?sort=sent_bytes");
    await rows().first().getByText("forwarded").filter({ visible: true }).waitFor();
    assert.deepEqual(await cutNumbersOf(suite.page), []);
    assert.ok((await overflowOf(suite.page)) <= 0);
    await screenshot(suite.page, "observed-flows-narrow");
  });

  it("has no column and no filter where nobody else is asked", async () => {
    suite.server.lab.flows = manyFlows(40);
    await suite.open("flows");
    await rows().first().waitFor();
    assert.equal(await suite.page.getByText("Verdict").count(), 0);
  });
});
