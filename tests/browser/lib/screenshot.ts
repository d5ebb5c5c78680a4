import path from "node:path";
import type { Page } from "playwright";

const RESULTS = path.resolve(import.meta.dirname, "../../../test-results");
const MAX_PX = 6000;

/** Keeps a picture of what is seen under test-results, in the folder `browser` unless told. */
export async function screenshot(page: Page, name: string, folder = "browser"): Promise<void> {
  await page.screenshot({ path: path.join(RESULTS, folder, `${name}.png`) });
}

/** The same of the whole page, whose content scrolls inside a part of it. `loaded` waits for what comes into sight. */
export async function longScreenshot(page: Page, name: string, loaded: () => Promise<unknown>, folder = "browser") {
  const size = page.viewportSize();
  if (!size) return;
  const height = await page.evaluate<number>("document.querySelector('main').scrollHeight + 60");
  await page.setViewportSize({ width: size.width, height: Math.min(MAX_PX, height) });
  await loaded();
  await screenshot(page, name, folder);
  await page.setViewportSize(size);
}
