import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { crowd } from "./lab/graph.ts";
import { noBrowser } from "./lib/chromium.ts";
import { expect } from "./lib/expect.ts";
import { countFrames, framesOf, painted } from "./lib/page-facts.ts";
import { screenshot } from "./lib/screenshot.ts";
import { consoleSuite } from "./lib/suite.ts";

// How long it takes is told, not judged: a machine may be busy. That it gets there is judged.
describe("a crowd", { skip: noBrowser }, () => {
  const suite = consoleSuite();
  const rows = () => suite.page.locator("tbody tr[data-index]");

  it("of 2,000 edges is drawn, and moves", async (test) => {
    const edges = crowd(2000, 0).links.length;
    suite.server.lab.graph = (_monitoring, seconds) => crowd(2000, seconds);
    const began = performance.now();
    await suite.open("map");
    await suite.page.locator(".map-picture canvas").first().waitFor();
    await painted(suite.page);
    test.diagnostic(`drawn after ${Math.round(performance.now() - began)} ms`);
    assert.equal(edges, 2000);
    await expect(suite.page.locator("table")).toHaveAttribute("aria-rowcount", "2001");

    await suite.page.waitForResponse(/api\/graph/);
    await screenshot(suite.page, "map-crowd");
    await countFrames(suite.page);
    await drag(60);
    const frames = await framesOf(suite.page);
    test.diagnostic(`frames while it moves: median ${at(frames, 0.5)} ms, 95 of 100 within ${at(frames, 0.95)} ms`);
    assert.deepEqual(suite.complaints, []);
  });

  it("of 10,000 flows is shown with few rows on the page, and any of them when scrolled to", async (test) => {
    const began = performance.now();
    await suite.open("flows");
    await rows().first().waitFor();
    await suite.page.getByText(/^10.000 flows/).waitFor();
    test.diagnostic(`shown after ${Math.round(performance.now() - began)} ms`);
    assert.ok((await rows().count()) < 80);

    await countFrames(suite.page);
    await rows().first().locator(".row-button").focus();
    for (let press = 0; press < 30; press++) await suite.page.keyboard.press("PageDown");
    await suite.page.keyboard.press("End");
    await expect(suite.page.locator('tr[data-index="9999"] .row-button')).toBeFocused();
    const frames = await framesOf(suite.page);
    test.diagnostic(`frames while it scrolls: median ${at(frames, 0.5)} ms, 95 of 100 within ${at(frames, 0.95)} ms`);
    assert.ok((await rows().count()) < 80);
    await screenshot(suite.page, "flows-end");
  });

  async function drag(steps: number): Promise<void> {
    const box = await suite.page.locator(".map-picture").boundingBox();
    assert.ok(box);
    await suite.page.mouse.move(box.x + 20, box.y + 20);
    await suite.page.mouse.down();
    for (let step = 1; step <= steps; step++) await suite.page.mouse.move(box.x + 20 + step * 5, box.y + 20 + step * 3);
    await suite.page.mouse.up();
  }
});

function at(sorted: readonly number[], share: number): number {
  return Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
}
