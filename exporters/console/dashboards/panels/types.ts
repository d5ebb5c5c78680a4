import type { Panel } from "../../lib/dashboard/model.ts";
import type { Context } from "../context.ts";
import type { PanelData } from "../use-panel.ts";

/** What draws a panel gets. */
export interface PanelProps {
  panel: Panel;
  context: Context;
  data: PanelData;
}
