import { after, afterEach, before, beforeEach } from "node:test";
import type { Page } from "playwright";
import type { LabServer } from "../lab/server.ts";
import { openTab, type Tab } from "./chromium.ts";
import { type Laboratory, openLaboratory } from "./laboratory.ts";

/** What the tests of one `describe` share; each test gets a page of its own, without storage. */
export interface Suite {
  readonly lab: Laboratory;
  readonly server: LabServer;
  readonly page: Page;
  /** What the page has complained about so far. */
  readonly complaints: readonly string[];
  /** Goes to a place in the console, such as `flows?port=80`. */
  open(place?: string): Promise<void>;
}

/** Opens the laboratory for the `describe` that calls this, and closes it behind it. */
export function consoleSuite(): Suite {
  let opened: Laboratory | undefined;
  let tab: Tab | undefined;
  before(async () => {
    opened = await openLaboratory();
  });
  after(() => opened?.close());
  beforeEach(async () => {
    opened?.reset();
    tab = opened && (await openTab(opened.browser));
  });
  afterEach(() => tab?.page.context().close());

  return {
    get lab() {
      return known(opened);
    },
    get server() {
      return known(opened).server;
    },
    get page() {
      return known(tab).page;
    },
    get complaints() {
      return known(tab).complaints;
    },
    open: async (place = "map") => {
      await known(tab).page.goto(`${known(opened).server.url}/#/${place}`);
    },
  };
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the laboratory is open only while a test runs");
  return value;
}
