import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { manyFlows, oneFlow } from "./lab/flows.ts";
import { NARROW, noBrowser, WIDE } from "./lib/chromium.ts";
import { expect } from "./lib/expect.ts";
import { cutNamesOf, cutNumbersOf } from "./lib/page-facts.ts";
import { screenshot } from "./lib/screenshot.ts";
import { consoleSuite } from "./lib/suite.ts";

describe("the flows", { skip: noBrowser }, () => {
  const suite = consoleSuite();
  const rows = () => suite.page.locator("tbody tr[data-index]");
  const note = () => suite.page.locator(".note");
  const search = () => suite.page.getByRole("combobox", { name: "Search" });
  const openFlows = async (query = "") => {
    await suite.open(`flows${query}`);
    await rows().first().waitFor();
  };

  it("filters by a part of a name, port, protocol and state, in the address too", async () => {
    await openFlows();
    await search().fill("p-DB");
    await expect(suite.page).toHaveURL(/search=p-DB$/);
    await suite.page.getByLabel("Port").fill("5432");
    await expect(suite.page).toHaveURL(/port=5432$/);
    await suite.page.getByLabel("Protocol").selectOption("tcp");
    await suite.page.getByLabel("State").selectOption("closed");
    await expect(suite.page).toHaveURL(/search=p-DB&port=5432&protocol=tcp&state=closed/);
    await expect(suite.page.locator(".state.open")).toHaveCount(0);
    const [source = "", destination = "", port] = await rows().first().locator("th, td").allInnerTexts();
    assert.ok([source, destination].includes("shop-db-1"));
    assert.equal(port, "5432");
    await screenshot(suite.page, "flows-filtered");
  });

  it("keeps every letter that is typed while it refreshes, and asks after a pause", async () => {
    await openFlows();
    const asked: string[] = [];
    suite.page.on("request", (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (pathname === "/api/flows") asked.push(searchParams.get("search") ?? "");
    });
    // Five keys a second, through two refreshes at least.
    const text = "shop-web-1 shop-web-1 shop-web-1 shop-web-1";
    await search().pressSequentially(text, { delay: 200 });
    await expect(search()).toHaveValue(text);
    await expect(suite.page).toHaveURL(/search=shop-web-1\+shop-web-1\+/);
    await suite.page.getByText("No flows match the filters").waitFor();
    const between = asked.filter((one) => one !== text);
    assert.ok(between.length >= 2, "was not refreshed while it was typed");
    for (const one of between) assert.ok(text.startsWith(one), one);
    await search().fill("");
    await suite.page.getByLabel("Port").pressSequentially("5432", { delay: 200 });
    await expect(suite.page.getByLabel("Port")).toHaveValue("5432");
    await expect(suite.page).toHaveURL(/flows\?port=5432$/);
  });

  it("undoes filter after filter with Back, and what was typed into one field at once", async () => {
    await suite.open("containers");
    await openFlows();
    await suite.page.getByLabel("State").selectOption("open");
    await search().fill("shop");
    await expect(suite.page).toHaveURL(/search=shop/);
    await search().fill("shop-db");
    await expect(suite.page).toHaveURL(/search=shop-db/);
    await suite.page.goBack();
    await expect(suite.page).toHaveURL(/flows\?state=open$/);
    await expect(search()).toHaveValue("");
    await suite.page.goBack();
    await expect(suite.page).toHaveURL(/flows$/);
    await expect(suite.page.getByLabel("State")).toHaveValue("");
    await suite.page.goForward();
    await expect(suite.page.getByLabel("State")).toHaveValue("open");
  });

  it("shows one container's flows only where they are pointed at, and all again when asked", async () => {
    await openFlows("?container=shop-web-1");
    await suite.page.getByRole("button", { name: "Only shop-web-1" }).click();
    await expect(suite.page).toHaveURL(/flows$/);
  });

  it("tells how many sockets there was no room for, and one flow as one", async () => {
    suite.server.lab.flows = manyFlows(1);
    suite.server.lab.leftOut = 7;
    await openFlows();
    await expect(note()).toContainText(/^1 flow, live .*, 7 sockets left out$/);
  });

  it("takes its filters from the address", async () => {
    await openFlows("?port=443&state=open");
    await expect(suite.page.getByLabel("Port")).toHaveValue("443");
    await expect(suite.page.getByLabel("State")).toHaveValue("open");
    const open = manyFlows(10_000).filter((flow) => flow.destination_port === 443 && flow.end === null).length;
    await expect(note()).toContainText(numberIn(open));
  });

  it("says which filter lets nothing through, and takes it away when asked", async () => {
    await suite.open("flows?container=nobody&port=80");
    await suite.page.getByText("No flows match the filters").waitFor();
    await suite.page.getByText("There is no flow with container nobody, port 80").waitFor();
    await screenshot(suite.page, "flows-none");
    await suite.page.getByRole("button", { name: "Clear the filters" }).click();
    await rows().first().waitFor();
    await expect(suite.page).toHaveURL(/#\/flows$/);
    await expect(search()).toHaveValue("");
    await expect(suite.page.getByLabel("Port")).toHaveValue("");
  });

  it("hides the monitoring's own flows unless asked, and says so where there are no others", async () => {
    suite.server.lab.flows = [oneFlow({ source: "prometheus", destination: "cadvisor" })];
    await suite.open("flows");
    await suite.page.getByText("Only the monitoring’s own flows so far").waitFor();
    await screenshot(suite.page, "flows-only-own");
    const box = suite.page.getByRole("checkbox", { name: "Monitoring’s own traffic" });
    await expect(box).not.toBeChecked();
    await suite.page.getByRole("button", { name: "Show the monitoring’s own too" }).click();
    await expect(rows().first()).toContainText("prometheus");
    await expect(suite.page).toHaveURL(/monitoring=1/);
    await expect(box).toBeChecked();
    await box.uncheck();
    await expect(rows()).toHaveCount(0);
  });

  it("says in words, and in full, why flows failed, the newest first, on a phone too", async () => {
    const reasons: [string | null, string][] = [
      ["ECONNREFUSED", "refused"],
      ["ETIMEDOUT", "timed out"],
      ["EHOSTUNREACH", "host unreachable"],
      ["ENETUNREACH", "network unreachable"],
      ["EADDRNOTAVAIL", "no free local port"],
      [null, "abandoned"],
    ];
    suite.server.lab.flows = reasons.map(([error], second) => {
      const end = new Date(Date.UTC(2030, 0, 31, 12, 0, second)).toISOString();
      return oneFlow({ state: "CLOSE", failed: true, error, end, source_port: 40_000 + second, sent_bytes: 1e9 });
    });
    await openFlows("?state=failed");
    for (const viewport of [WIDE, NARROW]) {
      await suite.page.setViewportSize(viewport);
      const states = suite.page.locator("tbody .state");
      await expect(states).toHaveText(reasons.map(([, text]) => text).toReversed());
      await screenshot(suite.page, `flows-failed-${viewport.width}`);
      for (const cell of await suite.page
        .getByRole("cell")
        .filter({ has: suite.page.locator(".state") })
        .all()) {
        const [inside, text] = [await cell.boundingBox(), await cell.locator(".state").boundingBox()];
        assert.ok(inside && text, "not in sight");
        assert.ok(text.x + text.width <= inside.x + inside.width && text.x + text.width <= viewport.width, "cut off");
        assert.ok(text.y >= inside.y && text.y + text.height <= inside.y + inside.height, "higher than its row");
      }
      assert.deepEqual(await cutNumbersOf(suite.page), []);
    }
    await expect(rows().first().getByRole("cell").first()).toHaveText(/:\d+$/);
  });

  it("shows each server with its port, each state on one line and each field in full on a phone", async () => {
    await suite.page.setViewportSize(NARROW);
    await openFlows();
    await expect(rows().first().getByRole("cell").first()).toHaveText(/:\d+$/);
    assert.deepEqual(await cutNamesOf(suite.page), []);
    const established = suite.page.locator(".state").filter({ hasText: /^established$/ });
    const one = suite.page.locator(".state").filter({ hasText: /^open$/ });
    assert.equal((await established.first().boundingBox())?.height, (await one.first().boundingBox())?.height);
    const fields = await Promise.all(
      [search(), ...["Port", "Protocol", "State"].map((name) => suite.page.getByLabel(name))].map((field) =>
        field.boundingBox(),
      ),
    );
    const [wide, ...others] = fields.map((box) => box ?? assert.fail("a field is not in sight"));
    assert.equal(wide?.width, NARROW.width - 24);
    assert.equal(new Set(others.map(({ y }) => y)).size, 1, "fields of one row each");
    await suite.page.getByLabel("Port").fill("0");
    await suite.page.getByText("Port must be 1–65535").waitFor();
    const after = await suite.page.getByLabel("State").boundingBox();
    assert.equal(after?.y, others[0]?.y, "a fault has moved the fields");
    await screenshot(suite.page, "flows-phone-fault");
  });

  it("shows the port of every server on a phone, however long its name is", async () => {
    const names = ["shop-collector-1", "production-eu-west-1-billing-reconciliation-worker-12"];
    suite.server.lab.flows = names.map((destination, at) =>
      oneFlow({ destination, destination_port: 58_125, source_port: 40_000 + at }),
    );
    await suite.page.setViewportSize(NARROW);
    await openFlows();
    await screenshot(suite.page, "flows-phone-ports");
    const cells = await suite.page.getByRole("cell").filter({ hasText: ":58125" }).all();
    assert.equal(cells.length, names.length);
    for (const cell of cells) {
      const [inside, port] = [await cell.boundingBox(), await cell.locator(".beside-port").boundingBox()];
      assert.ok(inside && port, "not in sight");
      assert.ok(port.x + port.width <= inside.x + inside.width, "cut off at the right");
      assert.ok(port.y >= inside.y && port.y + port.height <= inside.y + inside.height, "higher than its row");
    }
  });

  it("keeps the columns there is room for beside the details, which the address names and Back closes", async () => {
    await openFlows("?sort=start");
    await rows().first().locator(".row-button").click();
    const details = suite.page.getByTestId("details");
    await details.getByText("172.18.0.9").first().waitFor();
    for (const name of ["State", "Total", "Started", "Ended"]) {
      await expect(suite.page.getByRole("columnheader", { name })).toBeVisible();
    }
    assert.deepEqual(await cutNumbersOf(suite.page), []);
    await expect(suite.page).toHaveURL(/flow=tcp\+|flow=udp\+/);
    const title = await details.getByRole("heading").first().innerText();
    const named = suite.page.url();
    await suite.page.goBack();
    await expect(details).toHaveCount(0);
    await expect(suite.page).toHaveURL(/flows\?sort=start$/);
    // Sorted so that it is not in the part of the list that is asked for.
    await suite.page.goto(named.replace("sort=start", "sort=-start"));
    await suite.page.reload();
    await expect(details.getByRole("heading").first()).toHaveText(title);
    await suite.page.goto(named.replace(/flow=[^&]*/, "flow=tcp+192.0.2.1+1+192.0.2.2+2+"));
    await details.getByText("no longer lists this flow").waitFor();
  });

  it("filters by a cell that is clicked, and Back takes that away", async () => {
    await openFlows("?sort=start");
    const [, destination = ""] = await rows().first().locator("th, td").allInnerTexts();
    await rows().first().getByRole("button", { name: destination, exact: true }).last().click();
    await suite.page.getByRole("button", { name: `Only ${destination}` }).waitFor();
    await expect(suite.page).toHaveURL(/container=/);
    await rows().first().locator(".state").click();
    await expect(suite.page).toHaveURL(/state=(open|closed|failed)/);
    await suite.page.goBack();
    await suite.page.goBack();
    await expect(suite.page).toHaveURL(/flows\?sort=start$/);
    await expect(suite.page.getByTestId("details")).toHaveCount(0);
  });

  it("says what the exporter says of a bad filter, and takes it away when asked", async () => {
    await suite.open("flows?protocol=icmp");
    await suite.page.getByText("Protocol must be tcp or udp").waitFor();
    await expect(suite.page.locator("table")).toBeHidden();
    await screenshot(suite.page, "flows-refused");
    await suite.page.getByRole("button", { name: "Clear the filters" }).click();
    await rows().first().waitFor();
  });

  it("says at the field what is wrong with a port, and keeps the table with the last that was right", async () => {
    await openFlows("?port=5432");
    const counted = await note().innerText();
    const field = suite.page.getByRole("textbox", { name: "Port", exact: true });
    const fault = suite.page.getByText("Port must be 1–65535");
    const refreshed = () => suite.page.waitForResponse(/api\/flows\?.*port=5432/);
    const before = await suite.page.getByLabel("Protocol").boundingBox();
    await field.fill("54321234");
    await fault.waitFor();
    assert.deepEqual(await suite.page.getByLabel("Protocol").boundingBox(), before, "the fault has moved the fields");
    await expect(field).toHaveAttribute("aria-invalid", "true");
    // Twice: an answer to what was typed would have come before the second.
    await refreshed();
    await refreshed();
    await expect(rows().first()).toBeVisible();
    assert.equal((await note().innerText()).split(",")[0], counted.split(",")[0]);
    await expect(suite.page).toHaveURL(/flows\?port=5432$/);
    await screenshot(suite.page, "flows-port-fault");
    await field.fill("443");
    await expect(fault).toHaveCount(0);
    await expect(suite.page).toHaveURL(/flows\?port=443$/);
    await suite.open("flows?port=99999");
    await fault.waitFor();
    await rows().first().waitFor();
    await expect(field).toHaveValue("99999");
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

  it("shows first what carries most in both directions, and says so", async () => {
    const sizes = [
      [7e6, 0],
      [1e6, 8e6],
      [5e6, 3e6],
    ] as const;
    suite.server.lab.flows = sizes.map(([sent_bytes, received_bytes], at) =>
      oneFlow({ sent_bytes, received_bytes, source_port: 40_000 + at }),
    );
    await openFlows();
    const heading = suite.page.getByRole("columnheader", { name: "Total" });
    await expect(heading).toHaveAttribute("aria-sort", "descending");
    await expect(heading).toHaveAttribute("title", /^Sent and received together/);
    const place = await heading.evaluate((one) => (one as unknown as { cellIndex: number }).cellIndex);
    await expect(rows().locator(`:nth-child(${place + 1})`)).toHaveText(["9 MB", "8 MB", "7 MB"]);
    await suite.page.setViewportSize(NARROW);
    await expect(rows().locator(".number")).toHaveText(["9 MB", "8 MB", "7 MB"]);
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
    await suite.page.getByRole("button", { name: "Resume" }).click();
    await expect(note()).toContainText("26 flows, live");
  });

  it("tells all about a flow, and closes with Escape", async () => {
    await openFlows("?sort=start");
    await rows().first().locator(".row-button").click();
    const details = suite.page.getByTestId("details");
    await details.getByText("Work of node before the flow, during it").waitFor();
    await expect(details.locator("dl").first()).toContainText(/Listens on\s*\d+\/(tcp|udp)/);
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
