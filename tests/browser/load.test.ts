import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { noBrowser } from "./lib/chromium.ts";
import { assetsOf, loadTimes, painted } from "./lib/page-facts.ts";
import { consoleSuite } from "./lib/suite.ts";

/** Bytes, as they are. */
const MAX_AT_FIRST = 120_000;

interface Size {
  raw: number;
  gzip: number;
}

describe("the console loads", { skip: noBrowser }, () => {
  const suite = consoleSuite();

  it("from a small first script and style, and tells how long it takes", async (test) => {
    await suite.open("map");
    await suite.page.locator(".map-picture canvas").first().waitFor();
    await painted(suite.page);
    const drawn: number = await suite.page.evaluate("performance.now()");
    const { domContentLoaded, firstContentfulPaint } = await loadTimes(suite.page);
    const times = { domContentLoaded, firstContentfulPaint, "map drawn": drawn };
    for (const [name, ms] of Object.entries(times)) test.diagnostic(`${name}: ${Math.round(ms)} ms`);

    const first = await sizeOf((await firstAssets()).map((name) => path.join(suite.lab.folder, name)));
    const map = await sizeOf((await assetsOf(suite.page)).map((name) => path.join(suite.lab.folder, name)));
    const all = await sizeOf(await builtAssets());
    for (const [name, { raw, gzip }] of Object.entries({ "first paint": first, "service map": map, "all pages": all }))
      test.diagnostic(`${name}: ${raw} bytes, ${gzip} with gzip`);
    assert.ok(first.raw < MAX_AT_FIRST, `the first paint takes ${first.raw} bytes`);
  });

  /** What the page itself names; the rest is fetched when it is needed. */
  async function firstAssets(): Promise<string[]> {
    const page = await readFile(path.join(suite.lab.folder, "index.html"), "utf8");
    return [...page.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, name = ""]) => name);
  }

  async function builtAssets(): Promise<string[]> {
    const folder = path.join(suite.lab.folder, "assets");
    return (await readdir(folder)).filter((name) => /\.(js|css)$/.test(name)).map((name) => path.join(folder, name));
  }
});

async function sizeOf(files: readonly string[]): Promise<Size> {
  const texts = await Promise.all(files.map((file) => readFile(file)));
  const total = (sizes: readonly number[]) => sizes.reduce((a, b) => a + b, 0);
  return {
    raw: total(texts.map(({ length }) => length)),
    gzip: total(texts.map((text) => gzipSync(text).length)),
  };
}
