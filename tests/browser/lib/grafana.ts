import { readFile } from "node:fs/promises";
import type { Page } from "playwright";
import { loadSettings } from "../../../start/settings/index.ts";
import { LAYOUT } from "../../integration/lib/test-stack.ts";
import type { PanelFault } from "./panels.ts";

const PANEL = "data-testid Panel header ";

interface Credentials {
  username: string;
  password: string;
  send: "always";
}

/** Those of the Grafana of the tests' stack. */
export async function grafanaCredentials(): Promise<Credentials> {
  const [settings, password] = await Promise.all([
    loadSettings(LAYOUT.config),
    readFile(LAYOUT.grafanaPassword, "utf8"),
  ]);
  return { username: settings.GRAFANA_ADMIN_USER, password: password.trim(), send: "always" };
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
