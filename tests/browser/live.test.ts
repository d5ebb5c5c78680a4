import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright";
import { createDocker } from "../../start/lib/docker.ts";
import { createHost } from "../../start/lib/host.ts";
import { skip as noStack } from "../integration/exporter/requirements.ts";
import { containerOf, removeStack, testLauncher, urlOf } from "../integration/lib/test-stack.ts";
import { provisionedDashboards } from "./lab/dashboards.ts";
import { NARROW, noBrowser, openTab, startBrowser } from "./lib/chromium.ts";
import { expect } from "./lib/expect.ts";
import { grafanaCredentials, grafanaFaults } from "./lib/grafana.ts";
import { painted } from "./lib/page-facts.ts";
import { type PanelFault, panelFaults } from "./lib/panels.ts";
import { longScreenshot, screenshot } from "./lib/screenshot.ts";

const CONSOLE = urlOf("flow-exporter");
/** Those of Cilium's metrics have none here: tests/integration/cilium-dashboards.test.ts has a node that serves some. */
const OWN_DASHBOARDS = (await provisionedDashboards()).filter(({ folder }) => folder === "flowtally");
/** Rates are known from the exporter's second reading on. */
const RATE = /\d (.?B\/s|%)/;
/** A stack that has just started has been scraped but once or twice. */
const DEADLINE = { timeout: 60_000, intervals: [5000] };
const TALL = { width: 1280, height: 5000 };

/** What panels may say instead of data, and why that is right. */
const EXCUSED: readonly (readonly [panel: RegExp, says: RegExp])[] = [
  // Many virtual machines hide the CPU's performance counters.
  [/^LLC misses$/, /no hardware performance counters/],
  // Grafana is left out where no registry has its image.
  [/^Memory of grafana$/, /Grafana is not running on this host/],
  // The stack under test has no FLOW_STORE.
  [/^(Waiting for the store|Failed writes to the store|Rows not stored)$/, /FLOW_STORE in config\.monitoring is empty/],
  // Nor does anybody tell it of Hubble's flows.
  [/^What Hubble tells$/, /FLOW_SOURCES in config\.monitoring names none of Hubble's/],
  // Most of the time nothing fails, and nothing is retransmitted.
  [/^(Failed|Retransmits)$/, /No flows match the selection above/],
  // Nothing but the stack itself talks; that these have series under load, tests/integration/stack/dashboards.ts asks.
  [/^(Round-trip times?( by edge)?|Flow sizes|Flow durations)$/, /No flows match the selection above/],
  [/^Memory limit$/, /^none$/],
  [/^Limit used$/, /^no limit$/],
  [/^Coverage$/, /too little traffic/],
];

describe("the pages of a running stack", { skip: noBrowser || noStack }, () => {
  let running: Browser | undefined;
  before(async () => {
    await testLauncher("stop");
    const started = await testLauncher();
    assert.equal(started.exitCode, 0, started.text);
    running = await startBrowser();
  });
  after(async () => {
    await running?.close();
    await removeStack();
  });
  const browser = () => {
    if (!running) throw new Error("the browser is open only while a test runs");
    return running;
  };

  for (const [size, options] of Object.entries({ wide: {}, narrow: { viewport: NARROW } })) {
    it(`show the map, flows and containers there are, ${size}`, async () => {
      const { page, complaints } = await openTab(browser(), options);
      for (const place of ["map", "flows", "containers"]) {
        // Nothing but the stack itself may talk on a machine that runs tests.
        await page.goto(`${CONSOLE}/#/${place}?monitoring=1`);
        await page.getByRole("heading", { level: 1 }).waitFor({ state: "attached" });
        await page.locator("tbody tr[data-index]").first().waitFor();
        if (place === "map") await page.locator(".map-picture canvas").first().waitFor();
        if (place !== "flows") await expect(page.locator("tbody")).toContainText(RATE, DEADLINE);
        await painted(page);
        await screenshot(page, `${place}-${size}`, "live");
      }
      assert.deepEqual(complaints, []);
      await page.context().close();
    });
  }

  it("have data in every panel of every dashboard", async () => {
    const { page, complaints } = await openTab(browser());
    for (const { uid } of OWN_DASHBOARDS) {
      await page.goto(`${CONSOLE}/#/dashboards/${uid}`);
      await expectData(uid, () => panelFaults(page));
      await longScreenshot(page, uid, () => expect(page.locator("[data-state=loading]")).toHaveCount(0), "live");
    }
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  it("have data in every panel of every dashboard in Grafana", async (t) => {
    const grafana = await createDocker(createHost()).listContainers({ filters: { name: [containerOf("grafana")] } });
    if (grafana.length === 0) return t.skip("Grafana is left out here");
    const { page } = await openTab(browser(), { viewport: TALL, httpCredentials: await grafanaCredentials() });
    for (const { uid } of OWN_DASHBOARDS) {
      await page.goto(`${urlOf("grafana")}/d/${uid}?kiosk`);
      await expectData(uid, () => grafanaFaults(page));
      await screenshot(page, `grafana-${uid}`, "live");
    }
    await page.context().close();
  });
});

async function expectData(dashboard: string, look: () => Promise<PanelFault[]>): Promise<void> {
  const unexcused = async () => (await look()).filter((fault) => !isExcused(fault));
  await expect.poll(unexcused, { ...DEADLINE, message: dashboard }).toEqual([]);
}

function isExcused({ panel, fault }: PanelFault): boolean {
  return EXCUSED.some(([name, says]) => name.test(panel) && says.test(fault));
}
