import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Page } from "playwright";
import type { PanelFault } from "./panels.ts";

const PASSWORD = path.resolve(import.meta.dirname, "../../../.flowtally/grafana-password");
const PANEL = "data-testid Panel header ";

interface Credentials {
  username: string;
  password: string;
  send: "always";
}

/** Those of the stack's own Grafana; undefined where it was never started, for a Grafana that asks for none. */
export async function grafanaCredentials(): Promise<Credentials | undefined> {
  try {
    const password = (await readFile(PASSWORD, "utf8")).trim();
    return { username: process.env.GRAFANA_ADMIN_USER ?? "admin", password, send: "always" };
  } catch {
    return undefined;
  }
}

/** Looks at every panel of the dashboard that is open in Grafana; those that show no data, and what they say. */
export async function grafanaFaults(page: Page): Promise<PanelFault[]> {
  const panels = page.locator(`[data-testid^="${PANEL}"]`);
  await panels.first().waitFor();
  const faults: PanelFault[] = [];
  for (const panel of await panels.all()) {
    await panel.scrollIntoViewIfNeeded();
    await panel.getByLabel("Panel loading bar").waitFor({ state: "detached" });
    const name = ((await panel.getAttribute("data-testid")) ?? "").slice(PANEL.length);
    const message = panel.getByTestId("data-testid Panel data error message");
    const status = panel.getByTestId("data-testid Panel status error");
    const [fault] = await message.or(panel.getByText("No data", { exact: true })).allInnerTexts();
    if (fault !== undefined) faults.push({ panel: name, fault });
    else if ((await status.count()) > 0) faults.push({ panel: name, fault: "an error" });
  }
  return faults;
}
