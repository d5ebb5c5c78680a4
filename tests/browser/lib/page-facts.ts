import type { Page } from "playwright";

// The tests are checked without the DOM's types, so what runs inside the page is written as text.

/** How many pixels the page, or what scrolls in it, is wider than the screen. */
export async function overflowOf(page: Page): Promise<number> {
  return await page.evaluate(
    "Math.max(...[document.documentElement, document.querySelector('main')].map((one) => one.scrollWidth)) - innerWidth",
  );
}

/** The figures and states of the page that are cut off at their end, and so are others. */
export async function cutNumbersOf(page: Page): Promise<string[]> {
  return await page.evaluate(`[...document.querySelectorAll("td.number, td:has(.state), dd, .stat-value")]
    .filter((one) => one.scrollWidth > one.clientWidth)
    .map((one) => one.textContent)`);
}

/** The names of the table that are higher than their cells have room for. */
export async function cutNamesOf(page: Page): Promise<string[]> {
  return await page.evaluate(`[...document.querySelectorAll("tbody .name")]
    .filter((one) => one.scrollHeight > one.clientHeight)
    .map((one) => one.textContent)`);
}

/** How many parts of what can be seen still wait for their data. */
export async function loadingInSight(page: Page): Promise<number> {
  return await page.evaluate(`(() => {
    const waiting = [...document.querySelectorAll("[aria-busy=true], [data-state=loading]")];
    return waiting.filter((one) => one.getBoundingClientRect().top < innerHeight).length;
  })()`);
}

export interface Focused {
  name: string;
  /** The focus can be seen. */
  outlined: boolean;
}

/** What has the focus; undefined: nothing on the page. */
export async function focusedIn(page: Page): Promise<Focused | undefined> {
  return await page.evaluate(`(() => {
    const element = document.activeElement;
    if (element === document.body) return undefined;
    const label = element.labels?.[0];
    const name = element.getAttribute("aria-label") ?? (label?.querySelector("span") ?? label ?? element).textContent;
    return { name: name.trim(), outlined: ["", "::after"].some((part) => getComputedStyle(element, part).outlineStyle !== "none") };
  })()`);
}

/** Resolves once what was asked for is painted. */
export async function painted(page: Page): Promise<void> {
  await page.evaluate("new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen)))");
}

/** Notes how long each frame takes, from now on. */
export async function countFrames(page: Page): Promise<void> {
  await page.evaluate(`(() => {
    window.frameTimes = [];
    let before = performance.now();
    const frame = (now) => {
      window.frameTimes.push(now - before);
      before = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  })()`);
}

/** The frames counted so far, in milliseconds, the shortest first. */
export async function framesOf(page: Page): Promise<number[]> {
  return await page.evaluate("window.frameTimes.sort((a, b) => a - b)");
}

/** When the page's document was read and when it first showed something, in milliseconds after it was asked for. */
export async function loadTimes(page: Page): Promise<{ domContentLoaded: number; firstContentfulPaint: number }> {
  return await page.evaluate(`({
    domContentLoaded: performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd,
    firstContentfulPaint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
  })`);
}

/** Paths of the scripts and styles that the page has fetched. */
export async function assetsOf(page: Page): Promise<string[]> {
  return await page.evaluate(
    "performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname).filter((path) => path.startsWith('/assets/'))",
  );
}

/** Clicks a button, and presses Escape before the browser draws again: sooner than hands can, as on a busy machine. */
export async function clickAndEscapeAtOnce(page: Page, label: string): Promise<void> {
  await page.evaluate(`(() => {
    document.querySelector(${JSON.stringify(`[aria-label="${label}"]`)}).click();
    return new Promise((done) => setTimeout(() => {
      done(document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" })));
    }));
  })()`);
}

/** How many pixels of a panel's plot have the full colour of one of its series, as the legend shows it. */
export async function pixelsOf(page: Page, title: string, series: string): Promise<number> {
  return await page.evaluate(`(() => {
    const panel = document.querySelector(${JSON.stringify(`article[aria-label="${title}"]`)});
    const mark = panel.querySelector(${JSON.stringify(`.legend [title="${series}"] line`)});
    const wanted = getComputedStyle(mark).stroke.match(/\\d+/g).map(Number);
    const canvas = panel.querySelector("canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4) {
      const isLike = wanted.every((part, index) => Math.abs(data[at + index] - part) < 6);
      if (isLike && data[at + 3] > 200) count += 1;
    }
    return count;
  })()`);
}

/** The titles of panels that are cut off at their end, or reach out of their panel. */
export async function cutTitlesOf(page: Page): Promise<string[]> {
  return await page.evaluate(`[...document.querySelectorAll(".panel h3")]
    .filter((one) => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight)
    .map((one) => one.textContent)`);
}
