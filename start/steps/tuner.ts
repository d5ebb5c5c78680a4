import path from "node:path";
import { startTuner } from "../tune/background.ts";
import { enoughSeconds } from "../tune/use.ts";
import { inWords, windowSeconds } from "../tune/window.ts";
import type { Step } from "./step.ts";

export const tuner: Step = {
  title: "Memory tuner",
  run: async ({ host, layout, settings, leftOut }) => {
    if (leftOut.some(({ part }) => part === "grafana")) return "skipped (no Grafana)";
    if (settings.GRAFANA_TUNE === "off") return "off (GRAFANA_TUNE)";
    await startTuner(host, layout);
    const log = path.relative(layout.root, layout.tunerLog);
    return `will set Grafana's limit in about ${inWords(enoughSeconds(windowSeconds()))} (${log})`;
  },
};
