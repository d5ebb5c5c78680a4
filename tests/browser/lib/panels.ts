import type { Locator, Page } from "playwright";

/** What a panel of each type has drawn once it shows data. */
const DRAWN: Readonly<Record<string, string>> = {
  timeseries: ".u-over",
  heatmap: ".u-over",
  "state-timeline": ".states strong",
  stat: ".stat-value",
  gauge: ".stat-value",
  table: "tbody tr",
  text: ".panel-body *",
  nodeGraph: "a",
};

/** What a panel says instead of data, or over it. */
const NOTES = "[data-state], .panel-note.over";

export interface PanelFault {
  panel: string;
  /** What is said instead of data, or what is missing. */
  fault: string;
}

/** Looks at every panel of the dashboard that is open; those that show no data, and why. */
export async function panelFaults(page: Page): Promise<PanelFault[]> {
  const faults: PanelFault[] = [];
  await page.getByTestId("panel").first().waitFor();
  for (const panel of await page.getByTestId("panel").all()) {
    const fault = await faultOf(panel);
    if (fault !== undefined) faults.push({ panel: (await panel.getAttribute("aria-label")) ?? "", fault });
  }
  return faults;
}

async function faultOf(panel: Locator): Promise<string | undefined> {
  await panel.scrollIntoViewIfNeeded();
  await panel.locator("[data-state=loading]").waitFor({ state: "detached" });
  const drawn = panel.locator(DRAWN[(await panel.getAttribute("data-type")) ?? ""] ?? ".unknown");
  const notes = panel.locator(NOTES);
  // A chart is drawn some frames after its data has come.
  await notes
    .or(drawn)
    .first()
    .waitFor({ state: "attached" })
    .catch(() => {});
  const [note] = await notes.allInnerTexts();
  if (note !== undefined) return note;
  const texts = await drawn.allInnerTexts();
  if (texts.length === 0) return "nothing is drawn";
  return texts.includes("–") ? "a value is missing" : undefined;
}
