import path from "node:path";
import { startTuner } from "../tune/background.ts";
import { enoughSeconds } from "../tune/use.ts";
import { inWords, windowSeconds } from "../tune/window.ts";
import type { Step } from "./step.ts";

export const tuner: Step = {
  title: "Leave the memory tuner at work",
  run: async ({ host, layout, settings, leftOut }) => {
    if (leftOut.some(({ part }) => part === "grafana")) return "not needed, grafana is left out";
    if (settings.GRAFANA_TUNE === "off") return "switched off by GRAFANA_TUNE";
    await startTuner(host, layout);
    const log = path.relative(layout.root, layout.tunerLog);
    return `sets grafana's limit in about ${inWords(enoughSeconds(windowSeconds()))}, see ${log}`;
  },
};
