import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright";
import { orSkip } from "../../lib/or-skip.ts";

const EXECUTABLE = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const DEADLINE_MS = 20_000;

/** Why there is no browser to test with; false: there is one. */
export const noBrowser = orSkip(EXECUTABLE === undefined && "needs chromium: apt-get install chromium");

/** Chromium breaks off what it asks whenever an interface comes or goes: a container of whoever else is on this machine. */
const NETWORK_CHANGED = "net::ERR_NETWORK_CHANGED";

/** Sizes the console must be usable at. */
export const WIDE = { width: 1280, height: 800 };
export const NARROW = { width: 390, height: 844 };

/** The distribution's browser, without a window, asking nobody but us. */
export async function startBrowser(): Promise<Browser> {
  if (EXECUTABLE === undefined) throw new Error("there is no browser to test with");
  const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-gpu"];
  return await chromium.launch({ executablePath: EXECUTABLE, args: ["--no-sandbox", ...quiet] });
}

export interface Tab {
  page: Page;
  /** What the page has complained about so far: its console's errors, and what nobody caught. */
  complaints: string[];
}

/** A new page with storage of its own. */
export async function openTab(browser: Browser, options: BrowserContextOptions = {}): Promise<Tab> {
  const context = await browser.newContext({ viewport: WIDE, colorScheme: "dark", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(DEADLINE_MS);
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes(NETWORK_CHANGED)) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  return { page, complaints };
}
