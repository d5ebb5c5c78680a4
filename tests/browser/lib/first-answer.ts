import type { Page } from "playwright";

/** Of all questions to the paths that match, only the first is answered. */
export async function answerOnlyFirst(page: Page, paths: string): Promise<void> {
  let asked = 0;
  await page.route(paths, async (route) => {
    asked += 1;
    if (asked === 1) await route.continue();
  });
}
